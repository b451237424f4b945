package dev.sluice.test.server;

import java.util.List;

/** A part of an answer, cut into the pieces in which it is streamed. */
sealed interface Block {
    /** The blocks, in order. */
    List<String> pieces();

    /** The same with its first pieces only: what the most tokens leave of it. */
    Block first(int count);

    /** All pieces in one. */
    default String whole() {
        return String.join("", pieces());
    }

    /** Words for the user. */
    record Text(List<String> pieces) implements Block {
        @Override
        public Text first(int count) {
            return new Text(pieces.subList(0, count));
        }
    }

    /** The model's thoughts; no pieces if it keeps them to itself. */
    record Thinking(List<String> pieces) implements Block {
        @Override
        public Thinking first(int count) {
            return new Thinking(pieces.subList(0, count));
        }
    }

    /**
     * A call of one of the caller's tools.
     *
     * @param name the tool's
     * @param pieces JSON text, cut anywhere
     * @param complete whether it is all of it
     */
    record ToolCall(String name, List<String> pieces, boolean complete) implements Block {
        @Override
        public ToolCall first(int count) {
            return new ToolCall(name, pieces.subList(0, count), false);
        }
    }
}
