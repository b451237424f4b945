package dev.sluice.message;

import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import java.util.Arrays;
import java.util.List;

/**
 * The conversation so far. Any provider can continue it, and it can be stored. Immutable: what appends returns a longer
 * conversation, and copies references only.
 *
 * <p>Each append copies the list of the turns; {@link #builder} is for many.
 *
 * <pre>{@code
 * Conversation talk = Conversation.EMPTY.system("Be brief").user("How high is the Douro?");
 * Message answer = client.send(request.conversation(talk).build());
 * talk = talk.message(answer);
 * }</pre>
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
    public static ConversationBuilder builder() {
        return new ConversationBuilder(EMPTY);
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
        return ConversationBuilder.isNothing(message)
                ? this
                : new ConversationBuilder(this).message(message).build();
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
        return results.isEmpty()
                ? this
                : new ConversationBuilder(this).results(results).build();
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
}
