package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.OpenAiWire.OPENAI;
import static dev.sluice.provider.openai.OpenAiWire.body;
import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a chat completion has no words for fails before it is sent, with the name of the field. */
class OpenAiRequestValidatorTest {
    private static final ToolDefinition TOOL = ToolDefinition.of("t", "d", "{}");

    @Test
    void oneAnswerIsAskedFor() {
        assertWrong(minimal().put("n", 2), "n: one answer is read from a response, must be 1");
        assertThat(body(minimal().put("n", 1))).containsEntry("n", 1);
    }

    @Test
    void whetherItIsStreamedIsTheMethodsToSay() {
        assertWrong(minimal().put("stream", false), "stream: is always true here");
        assertThatThrownBy(
                        () -> OPENAI.wholeRequest(minimal().put("stream", true).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("stream: is always false here");
    }

    @Test
    void aThinkingBudgetHasNoField() {
        var budget = new ThinkingMode.Budget(2000, true);
        assertWrong(minimal().thinking(budget), "thinking: chat completions take no budget of tokens; set effort");
        assertThat(body(minimal().thinking(budget).put("reasoning", Map.of("max_tokens", 2000))))
                .containsKey("reasoning");
    }

    @Test
    void thinkingIsNotOffWithAnEffort() {
        assertWrong(minimal().thinking(new ThinkingMode.Off()).effort("high"), "thinking: is off, but effort is high");
        assertThat(body(minimal().thinking(new ThinkingMode.Off()).effort("none")))
                .containsEntry("reasoning_effort", "none");
    }

    @Test
    void blocksStandWhereTheyBelong() {
        var call = new ToolUse("i", "n", "{}", Map.of());
        var result = new ToolResult("i", "r");
        assertWrong(said(Role.USER, call), "messages[1].content[0]: chat completions take no ToolUse here");
        assertWrong(
                said(Role.USER, new Text("a"), new Thinking("t", null, Map.of())),
                "messages[1].content[1]: chat completions take no Thinking here");
        assertWrong(said(Role.ASSISTANT, result), "messages[1].content[0]: chat completions take no ToolResult here");
        assertWrong(said(Role.SYSTEM, result), "messages[1].content[0]: chat completions take no ToolResult here");
        assertWrong(said(Role.ASSISTANT, image(new MediaSource.Url("u"))), "messages[1].content[0]: ");
        assertWrong(
                said(Role.USER, new ToolResult("i", List.of(result), false, Map.of())),
                "messages[1].content[0].content: chat completions take no ToolResult here");
        assertWrong(said(Role.USER), "messages[1].content: is empty");
    }

    @Test
    void anImageIsBytesOrAnAddress() {
        String wrong = "messages[1].content[0].source: chat completions take the bytes or the URL of an image";
        assertWrong(said(Role.USER, image(new MediaSource.FileId("f"))), wrong);
        assertWrong(said(Role.USER, image(new MediaSource.PlainText("f"))), wrong);
        var inside = new Document(new MediaSource.Blocks(List.of(image(new MediaSource.FileId("f")))));
        assertWrong(said(Role.USER, inside), "messages[1].content[0].source.content.source: chat");
    }

    @Test
    void whatIsRawIsTheCallersAffair() {
        assertThat(body(said(Role.USER).put("messages", List.of()))).containsEntry("messages", List.of());
    }

    /** A limit of today would refuse what a server takes tomorrow. */
    @Test
    void whatCanBeWrittenIsTheServersToJudge() {
        assertThat(body(minimal().maxTokens(0))).containsEntry("max_completion_tokens", 0);
        assertThat(body(minimal().toolChoice(ToolChoice.ANY))).containsEntry("tool_choice", "required");
        assertThat(body(minimal().tool(TOOL).toolChoice(ToolChoice.tool("u")))).containsKey("tool_choice");
        assertThat(body(said(Role.SYSTEM, image(new MediaSource.Url("u"))))).containsKey("messages");
    }

    private static Image image(MediaSource source) {
        return new Image(source);
    }

    private static MessageRequest.Builder said(Role role, ContentBlock... content) {
        return minimal().message(Message.of(role, List.of(content)));
    }

    private static void assertWrong(MessageRequest.Builder request, String message) {
        assertThatThrownBy(() -> body(request))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
