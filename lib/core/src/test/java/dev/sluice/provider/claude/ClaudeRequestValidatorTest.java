package dev.sluice.provider.claude;

import static dev.sluice.provider.wire.Requests.CLAUDE;
import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.ContentBlock.Unknown;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaudeRequestValidatorTest {
    private static final ToolDefinition TOOL = ToolDefinition.of("t", "d", "{}");

    @Test
    void maxTokensIsRequired() {
        var request = MessageRequest.builder().model("m").user("Hi");
        assertRejected(request, "maxTokens");
        assertAccepted(request.put("max_tokens", 10));
    }

    @Test
    void theAnswerIsAlwaysStreamed() {
        assertRejected(minimal().put("stream", false), "stream");
        assertAccepted(minimal().put("stream", true));
    }

    @Test
    void theTemperatureEndsAtOne() {
        assertAccepted(minimal().temperature(1));
        assertRejected(minimal().temperature(1.01), "temperature");
        assertAccepted(minimal().temperature(1.01).put("temperature", 1));
    }

    @Test
    void theCacheKeepsForTwoDurationsOnly() {
        assertRejected(minimal().cacheFor(Duration.ofMinutes(6)), "cacheFor");
        assertAccepted(minimal().cacheFor(Duration.ofMinutes(6)).put("cache_control", Map.of("type", "ephemeral")));
    }

    @Test
    void theThinkingBudgetIsAtLeast1024AndLessThanMaxTokens() {
        assertRejected(minimal().maxTokens(4096).thinking(new ThinkingMode.Budget(1023, true)), "thinking");
        assertAccepted(minimal().maxTokens(4096).thinking(new ThinkingMode.Budget(1024, true)));
        assertAccepted(minimal().maxTokens(4096).thinking(new ThinkingMode.Budget(4095, true)));
        assertRejected(minimal().maxTokens(4096).thinking(new ThinkingMode.Budget(4096, true)), "thinking");
        assertAccepted(minimal()
                .maxTokens(1)
                .thinking(new ThinkingMode.Budget(4096, true))
                .put("max_tokens", 9999));
        assertAccepted(minimal()
                .maxTokens(1)
                .thinking(new ThinkingMode.Budget(1, true))
                .put("thinking", "x"));
    }

    @Test
    void withInterleavedThinkingTheBudgetMayBeLarger() {
        var request = minimal().maxTokens(4096).thinking(new ThinkingMode.Budget(10_000, true));
        assertRejected(request, "thinking");
        assertAccepted(request.header("anthropic-beta", "other,interleaved-thinking-2025-05-14"));
    }

    @Test
    void aChoiceThatNeedsAToolNeedsTools() {
        assertRejected(minimal().toolChoice(ToolChoice.ANY), "toolChoice");
        assertRejected(minimal().toolChoice(ToolChoice.tool("t")), "toolChoice");
        assertAccepted(minimal().toolChoice(ToolChoice.AUTO));
        assertAccepted(minimal().toolChoice(ToolChoice.NONE));
        assertAccepted(minimal().tool(TOOL).toolChoice(ToolChoice.ANY));
        assertAccepted(minimal().toolChoice(ToolChoice.ANY).put("tools", List.of()));
        assertAccepted(minimal().toolChoice(ToolChoice.ANY).put("tool_choice", Map.of("type", "auto")));
    }

    @Test
    void aChosenToolIsThere() {
        assertAccepted(minimal().tool(TOOL).toolChoice(ToolChoice.tool("t")));
        assertRejected(minimal().tool(TOOL).toolChoice(ToolChoice.tool("T")), "toolChoice");
        // A toolset is one definition of many tools.
        var toolset = ToolDefinition.server("computer_toolset_20260801", "computer");
        assertAccepted(minimal().tool(toolset).toolChoice(ToolChoice.tool("click")));
    }

    @Test
    void blocksStandInTheMessagesTheyBelongTo() {
        assertMisplaced(Role.ASSISTANT, new ToolResult("id", "x"));
        assertMisplaced(Role.USER, new ToolUse("id", "n", "{}", Map.of()));
        assertMisplaced(Role.USER, new ServerToolUse("id", "n", "{}", Map.of()));
        assertMisplaced(Role.USER, new Thinking("t", "s", Map.of()));
        assertMisplaced(Role.USER, new RedactedThinking("d", Map.of()));
        assertMisplaced(Role.SYSTEM, new Image(new MediaSource.Url("u")));
        assertMisplaced(Role.SYSTEM, new ToolResult("id", "x"));
        assertAccepted(minimal().message(Message.of(Role.SYSTEM, List.of(new Unknown("tool_removal", "{}")))));
    }

    private static void assertMisplaced(Role role, ContentBlock block) {
        assertRejected(minimal().message(Message.of(role, List.of(new Text("x"), block))), "messages[1].content[1]");
    }

    @Test
    void anImageIsMadeOfBytes() {
        var text = new Image(new MediaSource.PlainText("t"));
        assertRejected(minimal().user(text), "messages[1].content[0].source");
        assertRejected(minimal().user(new Image(new MediaSource.Blocks(List.of()))), "messages[1].content[0].source");
        assertRejected(
                minimal().user(new ToolResult("id", List.of(text), false, Map.of())),
                "messages[1].content[0].content.source");
        assertRejected(
                minimal().user(new Document(new MediaSource.Blocks(List.of(text)))),
                "messages[1].content[0].source.content.source");
    }

    @Test
    void aMessageOfTheCallersHasContent() {
        assertRejected(empty().message(Message.user("")), "messages[0].content");
        assertRejected(empty().message(Message.user()), "messages[0].content");
        assertRejected(minimal().message(Message.of(Role.SYSTEM, List.of())), "messages[1].content");
        assertRejected(empty().message(Message.assistant("")), "messages");
        assertAccepted(minimal().message(Message.assistant("")));
    }

    @Test
    void thereAreAtMostAHundredThousandMessages() {
        var message = Message.user("x");
        assertAccepted(empty().messages(Collections.nCopies(100_000, message)));
        assertRejected(empty().messages(Collections.nCopies(100_001, message)), "messages");
        assertAccepted(empty().messages(Collections.nCopies(100_001, message)).put("messages", List.of()));
    }

    @Test
    void whatOnlySomeModelsRejectIsSent() {
        assertAccepted(minimal()
                .model("claude-opus-5")
                .temperature(0.2)
                .topP(0.1)
                .topK(3)
                .effort("a-new-word")
                .serviceTier("a-new-word")
                .assistant("prefill"));
    }

    private static MessageRequest.Builder empty() {
        return MessageRequest.builder().model("m").maxTokens(1);
    }

    private static void assertAccepted(MessageRequest.Builder request) {
        assertThatCode(() -> CLAUDE.streamRequest(request.build())).doesNotThrowAnyException();
    }

    private static void assertRejected(MessageRequest.Builder request, String field) {
        MessageRequest built = request.build();
        assertThatThrownBy(() -> CLAUDE.streamRequest(built))
                .isInstanceOfSatisfying(
                        IllegalArgumentException.class,
                        e -> assertThat(e.getMessage()).startsWith(field + ": "));
    }
}
