package dev.sluice.examples.server;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A content block of an answer, cut into the pieces in which it is streamed; knows its JSON. */
sealed interface Block {
    /** What the deltas bring, in order. */
    List<String> pieces();

    /** The block before its first delta. */
    ObjectNode opening();

    /** The delta that brings one piece. */
    ObjectNode delta(String piece);

    /** The block when all has come. */
    ObjectNode whole();

    /** The same with its first pieces only: what {@code max_tokens} leaves of it. */
    Block first(int count);

    private static ObjectNode typed(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    /** Words for the user. */
    record Text(List<String> pieces) implements Block {
        @Override
        public ObjectNode opening() {
            return typed("text").put("text", "");
        }

        @Override
        public ObjectNode delta(String piece) {
            return typed("text_delta").put("text", piece);
        }

        @Override
        public ObjectNode whole() {
            return typed("text").put("text", String.join("", pieces));
        }

        @Override
        public Text first(int count) {
            return new Text(pieces.subList(0, count));
        }
    }

    /** What the model thought; no pieces if it keeps that to itself. */
    record Thinking(List<String> pieces, String signature) implements Block {
        @Override
        public ObjectNode opening() {
            return typed("thinking").put("thinking", "").put("signature", "");
        }

        @Override
        public ObjectNode delta(String piece) {
            return typed("thinking_delta").put("thinking", piece);
        }

        ObjectNode signed() {
            return typed("signature_delta").put("signature", signature);
        }

        @Override
        public ObjectNode whole() {
            return typed("thinking").put("thinking", String.join("", pieces)).put("signature", signature);
        }

        @Override
        public Thinking first(int count) {
            return new Thinking(pieces.subList(0, count), signature);
        }
    }

    /** A call of one of the caller's tools; the pieces are JSON text and may stop in its middle. */
    record ToolUse(String id, String name, List<String> pieces) implements Block {
        @Override
        public ObjectNode opening() {
            ObjectNode block = typed("tool_use").put("id", id).put("name", name);
            block.putObject("input");
            return block;
        }

        @Override
        public ObjectNode delta(String piece) {
            return typed("input_json_delta").put("partial_json", piece);
        }

        @Override
        public ObjectNode whole() {
            ObjectNode block = typed("tool_use").put("id", id).put("name", name);
            block.set("input", JsonMapper.shared().readTree(String.join("", pieces)));
            return block;
        }

        @Override
        public ToolUse first(int count) {
            return new ToolUse(id, name, pieces.subList(0, count));
        }
    }
}
