package dev.sluice.message;

import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Collects the turns of a {@link Conversation}. Appending costs the same for a conversation of every length. So this is
 * for code that reads a long one, say from a client. Not for use by several threads.
 */
public final class ConversationBuilder {
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

    ConversationBuilder(Conversation before) {
        system = new ArrayList<>(before.system());
        messages = new ArrayList<>(before.messages());
    }

    /** Adds an instruction that stands before the conversation. */
    public ConversationBuilder system(Text instruction) {
        system.add(Objects.requireNonNull(instruction, "instruction"));
        return this;
    }

    /** And then this; an answer of which nothing has come is left out. */
    public ConversationBuilder message(Message message) {
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
     * Appends the results of tool calls. All results of one turn are in one message of the caller's, even if they are
     * appended one by one, and before the message's other blocks.
     *
     * @throws IllegalArgumentException if there is a result of a call that does not wait for one; those before it are appended
     */
    public ConversationBuilder results(List<ToolResult> results) {
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
