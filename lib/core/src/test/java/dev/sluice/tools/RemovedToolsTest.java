package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A system message of Claude's can remove a tool in mid-conversation ({@code tool_removal}), and add it again. */
@Timeout(60)
class RemovedToolsTest {
    private static final Tool ECHO = tool("echo", (input, context) -> "heard " + input);

    private static final Message REMOVAL = change("tool_removal", "tool_reference", "echo");
    private static final Message ADDITION = change("tool_addition", "tool_reference", "echo");

    private static Message change(String type, String reference, String name) {
        String json = "{\"type\":\"%s\",\"tool\":{\"type\":\"%s\",\"name\":\"%s\"}}".formatted(type, reference, name);
        return Message.of(Role.SYSTEM, List.of(new ContentBlock.Unknown(type, json)));
    }

    /** Runs a conversation that ends with these messages, to which the model answers with a call of {@code echo}. */
    private static Runs.CollectedEvents eventsAfter(Message... messages) {
        var request = Runs.REQUEST.toBuilder();
        for (Message message : messages) {
            request.message(message);
        }
        try (var runs = Runs.with(calls(use(0, "a", "echo", "{\"x\":1}")), says("ok"));
                ToolLoop loop = ToolLoop.builder(runs.client, request.build())
                        .tools(ECHO)
                        .start()) {
            return collect(loop);
        }
    }

    private static void assertRuns(Message... messages) {
        assertThat(eventsAfter(messages).of(ToolComplete.class))
                .extracting(ToolComplete::id)
                .containsExactly("a");
    }

    private static void assertUnknown(Message... messages) {
        var events = eventsAfter(messages);
        assertThat(events.of(ToolComplete.class)).isEmpty();
        assertThat(events.of(ToolError.class))
                .containsExactly(new ToolError("a", "echo", "Error: Tool 'echo' not found", null));
    }

    @Test
    void aRemovedToolIsUnknownUntilItIsAddedAgain() {
        assertUnknown(REMOVAL);
        assertRuns(REMOVAL, ADDITION);
        assertUnknown(REMOVAL, ADDITION, REMOVAL);
    }

    @Test
    void aTextThatNamesARemovalRemovesNothing() {
        assertRuns(Message.of(Role.SYSTEM, List.of(new Text("tool_removal: echo"))));
    }

    @Test
    void aReferenceOfAnotherKindRemovesNothing() {
        assertRuns(change("tool_removal", "server_reference", "echo"));
    }

    @Test
    void theRemovalOfAnotherToolRemovesOnlyThatOne() {
        assertRuns(change("tool_removal", "tool_reference", "other"));
    }

    @Test
    void theProviderListsTheToolsThatAreRemoved() {
        Provider claude = Claude.builder().apiKey("k").build();
        assertThat(claude.removedTools(List.of(REMOVAL))).containsExactly("echo");
        assertThat(claude.removedTools(List.of(REMOVAL, ADDITION))).isEmpty();
    }

    @Test
    void aBlockThatIsNoJsonRemovesNothing() {
        Message broken = Message.of(Role.SYSTEM, List.of(new ContentBlock.Unknown("x", "no JSON")));
        assertThat(Claude.builder().apiKey("k").build().removedTools(List.of(broken)))
                .isEmpty();
    }
}
