package dev.sluice.message;

import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The conversation so far. Any provider can continue it, and it can be stored. Immutable: what appends returns a longer
 * conversation, and copies references only.
 *
 * <p>Each append copies the list of the turns; {@link #builder} is for many.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="conversation"}
 *
 * @param system instructions that stand before it
 * @param messages the turns, oldest first
 */
public record Conversation(List<Text> system, List<Message> messages) {
    /** Nothing has been said. */
    public static final Conversation EMPTY = new Conversation(List.of(), List.of());

    /** Copies the lists. */
    public Conversation {
        system = List.copyOf(system);
        messages = List.copyOf(messages);
    }

    /** A conversation that grows in place: for one of many turns that are there already. */
    public static Builder builder() {
        return new Builder(EMPTY);
    }

    /** With these instructions before it, in place of those it has. */
    public Conversation system(String text) {
        return new Conversation(List.of(new Text(text)), messages);
    }

    /** And then the caller says this. */
    public Conversation user(String text) {
        return message(Message.user(text));
    }

    /** And then the caller says this, in blocks. */
    public Conversation user(ContentBlock... content) {
        return message(Message.user(content));
    }

    /** And then the model says this: words that the caller puts into its mouth. */
    public Conversation assistant(String text) {
        return message(Message.assistant(text));
    }

    /**
     * And then this: an answer, whole or as an exception has it, or a turn of the caller's. An answer of which nothing has come
     * is left out.
     */
    public Conversation message(Message message) {
        return Builder.isNothing(message)
                ? this
                : new Builder(this).message(message).build();
    }

    /** And then the results of tool calls; see {@link #results(List)}. */
    public Conversation results(ToolResult... results) {
        return results(Arrays.asList(results));
    }

    /**
     * This conversation and then the results of tool calls. All results of one turn are in one message of the caller's,
     * as the providers require, even if they are appended one by one. They come before the message's other blocks.
     *
     * @throws IllegalArgumentException if there is a result of a call that does not wait for one
     */
    public Conversation results(List<ToolResult> results) {
        return results.isEmpty() ? this : new Builder(this).results(results).build();
    }

    /**
     * The tool calls that have no result in the turn after them. While there are any, every provider rejects the conversation;
     * also a call that was cut wants a result, which may be an error.
     */
    public List<ToolUse> unanswered() {
        return new UnansweredCalls(messages).all();
    }

    /**
     * The tokens of all answers together, as they are {@linkplain Usage#billed() paid for}. Each answer's input counts again what
     * was said before it.
     */
    public Usage usage() {
        return messages.stream().map(Message::usage).reduce(Usage.NONE, Usage::plus);
    }

    /**
     * The whole conversation as JSON text. The format is this library's own, the same for every provider, and stable
     * over versions of the library: {@code docs/conversation.md}.
     */
    public String toJson() {
        return ConversationWriter.write(this);
    }

    /**
     * The conversation that {@link #toJson} wrote, equal to it. Fields that are not known are ignored.
     *
     * @throws IllegalArgumentException if the text is no such JSON; the message says where
     */
    public static Conversation fromJson(String json) {
        return ConversationReader.read(json);
    }

    /** Its size; never its words. */
    @Override
    public String toString() {
        return "Conversation[messages=" + messages.size() + "]";
    }

    /**
     * Collects the turns of a {@link Conversation}. What is appended costs the same however long the conversation is; so use it
     * to read a conversation of any length, for example from a client. Not for use by several threads.
     */
    public static final class Builder {
        private final List<Text> system;
        private final List<Message> messages; // without the one that answers
        private @Nullable UnansweredCalls calls; // null as long as nobody asked
        private @Nullable Answering answering;

        /** The caller's turn, to which results are being added. */
        private static final class Answering {
            final List<ContentBlock> content = new ArrayList<>();
            final List<ContentBlock> words = new ArrayList<>();

            Answering(List<ContentBlock> before) {
                before.forEach(block -> (block instanceof ToolResult ? content : words).add(block));
            }
        }

        Builder(Conversation before) {
            system = new ArrayList<>(before.system());
            messages = new ArrayList<>(before.messages());
        }

        /** Adds an instruction that stands before the conversation. */
        public Builder system(Text instruction) {
            system.add(Objects.requireNonNull(instruction, "instruction"));
            return this;
        }

        /** And then this; an answer of which nothing has come is left out. */
        public Builder message(Message message) {
            if (!isNothing(message)) {
                settle();
                messages.add(message);
                if (calls != null) {
                    calls.add(message);
                }
            }
            return this;
        }

        /**
         * And then the results of tool calls: one message of the caller's for all results of one turn, even if they are appended
         * one by one, and before whatever else it says.
         *
         * @throws IllegalArgumentException if there is a result of a call that does not wait for one; those before it are appended
         */
        public Builder results(List<ToolResult> results) {
            for (ToolResult result : results) {
                if (!calls().answer(result.toolUseId())) {
                    throw new IllegalArgumentException(
                            "results: no tool call '" + result.toolUseId() + "' waits for a result");
                }
                answering().content.add(result);
            }
            return this;
        }

        /** Whether a result may be appended for a call of this id. */
        public boolean isWaiting(String toolUseId) {
            return calls().isWaiting(toolUseId);
        }

        /** The conversation so far. */
        public Conversation build() {
            settle();
            return new Conversation(system, messages);
        }

        static boolean isNothing(Message message) {
            return message.role() == Role.ASSISTANT && message.content().isEmpty();
        }

        private UnansweredCalls calls() {
            UnansweredCalls known = calls;
            if (known == null) {
                known = new UnansweredCalls(messages);
                calls = known;
            }
            return known;
        }

        private Answering answering() {
            Answering now = answering;
            if (now == null) {
                boolean isCallers = messages.getLast().role() == Role.USER;
                now = new Answering(isCallers ? messages.removeLast().content() : List.of());
                answering = now;
            }
            return now;
        }

        private void settle() {
            if (answering != null) {
                answering.content.addAll(answering.words);
                messages.add(Message.of(Role.USER, answering.content));
                answering = null;
            }
        }
    }
}
