package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UiMessageFormatTest {
    private final UiMessageFormat format = new UiMessageFormat();

    @Test
    void aRunOfToolsChunkForChunk() {
        assertThat(RunScript.tools().frames(format).stream()
                        .map(frame -> frame.substring("data: ".length()).strip())
                        .toList())
                .containsExactly(
                        "{\"type\":\"start\",\"messageId\":\"s1\"}",
                        "{\"type\":\"start-step\"}",
                        "{\"type\":\"reasoning-start\",\"id\":\"reasoning-1\"}",
                        "{\"type\":\"reasoning-delta\",\"id\":\"reasoning-1\",\"delta\":\"A gauge \"}",
                        "{\"type\":\"reasoning-delta\",\"id\":\"reasoning-1\",\"delta\":\"will know.\"}",
                        "{\"type\":\"reasoning-end\",\"id\":\"reasoning-1\"}",
                        "{\"type\":\"text-start\",\"id\":\"text-2\"}",
                        "{\"type\":\"text-delta\",\"id\":\"text-2\",\"delta\":\"Let me look. \"}",
                        "{\"type\":\"text-end\",\"id\":\"text-2\"}",
                        "{\"type\":\"tool-input-start\",\"toolCallId\":\"toolu_1\",\"toolName\":\"river_level\",\"providerExecuted\":true}",
                        "{\"type\":\"tool-input-delta\",\"toolCallId\":\"toolu_1\",\"inputTextDelta\":\"{\\\"river\\\":\"}",
                        "{\"type\":\"tool-input-delta\",\"toolCallId\":\"toolu_1\",\"inputTextDelta\":\"\\\"Douro\\\"}\"}",
                        "{\"type\":\"tool-input-available\",\"toolCallId\":\"toolu_1\",\"toolName\":\"river_level\",\"providerExecuted\":true,\"input\":{\"river\":\"Douro\"}}",
                        "{\"type\":\"tool-input-start\",\"toolCallId\":\"toolu_2\",\"toolName\":\"rain\",\"providerExecuted\":true}",
                        "{\"type\":\"data-tool-progress\",\"id\":\"toolu_1\",\"data\":{\"toolCallId\":\"toolu_1\",\"message\":\"asking\",\"percentage\":20}}",
                        "{\"type\":\"tool-input-delta\",\"toolCallId\":\"toolu_2\",\"inputTextDelta\":\"{}\"}",
                        "{\"type\":\"tool-input-available\",\"toolCallId\":\"toolu_2\",\"toolName\":\"rain\",\"providerExecuted\":true,\"input\":{}}",
                        "{\"type\":\"data-tool-progress\",\"id\":\"toolu_1\",\"data\":{\"toolCallId\":\"toolu_1\",\"message\":\"reading\",\"percentage\":90}}",
                        "{\"type\":\"data-tool-event\",\"id\":\"toolu_1\",\"data\":{\"toolCallId\":\"toolu_1\",\"event\":"
                                + inner() + "}}",
                        "{\"type\":\"tool-output-available\",\"toolCallId\":\"toolu_1\",\"providerExecuted\":true,\"output\":\"2.41"
                            + " m\"}",
                        "{\"type\":\"tool-output-error\",\"toolCallId\":\"toolu_2\",\"providerExecuted\":true,\"errorText\":\"no"
                            + " gauge\"}",
                        "{\"type\":\"finish-step\"}",
                        "{\"type\":\"start-step\"}",
                        "{\"type\":\"text-start\",\"id\":\"text-3\"}",
                        "{\"type\":\"text-delta\",\"id\":\"text-3\",\"delta\":\"The Douro stands \"}",
                        "{\"type\":\"text-delta\",\"id\":\"text-3\",\"delta\":\"at 2.41 m.\"}",
                        "{\"type\":\"source-url\",\"sourceId\":\"source-1\",\"url\":\"https://rivers.example/douro\",\"title\":\"Rivers\"}",
                        "{\"type\":\"text-end\",\"id\":\"text-3\"}",
                        "{\"type\":\"finish-step\"}",
                        "{\"type\":\"finish\",\"finishReason\":\"stop\",\"messageMetadata\":{\"model\":\"claude-sonnet-5\",\"usage\":{\"input_tokens\":20,\"output_tokens\":10}}}",
                        "[DONE]");
    }

    /** The nested event as the script has it, whose map has no order of its own. */
    private static String inner() {
        return Json.write(RunScript.tools().events.stream()
                .filter(event -> event.type().equals("tool_event"))
                .map(event -> Json.readObject(event.json()).get("event"))
                .findFirst()
                .orElseThrow());
    }

    @Test
    void finishReasonsAreTheSdksWords() {
        Map.of(
                        "stop", "stop",
                        "length", "length",
                        "tool_calls", "tool-calls",
                        "content_filter", "content-filter",
                        "pause", "other",
                        "unknown", "other")
                .forEach((ours, theirs) -> assertThat(
                                last(new RunScript().turn().stop(ours).complete()))
                        .containsEntry("type", "finish")
                        .containsEntry("finishReason", theirs));
    }

    @Test
    void aToolOfTheProvidersIsMarkedAndShownDoneByItsResult() {
        List<Map<String, Object>> chunks = chunks(new RunScript()
                .turn()
                .block(0, "server_tool_use", "id", "srv_1", "name", "web_search")
                .input(0, "{\"query\":\"x\"}")
                .blockEnd(0)
                .block(1, "web_search_tool_result", "tool_use_id", "srv_1")
                .blockEnd(1)
                .block(2, "server_tool_use", "id", "srv_2", "name", "web_search")
                .input(2, "{\"qu")
                .stop("stop")
                .complete());
        assertThat(chunks)
                .anySatisfy(chunk -> assertThat(chunk)
                        .containsEntry("type", "tool-input-available")
                        .containsEntry("input", Map.of("query", "x"))
                        .containsEntry("toolMetadata", UiTools.RUN_BY_PROVIDER))
                .anySatisfy(chunk -> assertThat(chunk)
                        .containsEntry("type", "tool-output-available")
                        .containsEntry("toolCallId", "srv_1")
                        .containsEntry("output", null))
                .anySatisfy(chunk -> assertThat(chunk)
                        .containsEntry("type", "tool-output-error")
                        .containsEntry("toolCallId", "srv_2"));
    }

    @Test
    void aRunThatSomebodyStoppedHasNotFailed() {
        var details = Map.of("code", "cancelled", "retryable", true);
        assertThat(last(new RunScript().turn().add("stream_error", "error", "It was stopped.", "details", details)))
                .isEqualTo(Map.of("type", "abort", "reason", "It was stopped."));
    }

    /** The client would take it for the beginning of another input. */
    @Test
    void aPieceOfAnInputThatComesAfterTheWholeIsLeftOut() {
        List<Map<String, Object>> chunks = chunks(new RunScript()
                .turn()
                .block(0, "tool_use", "id", "a", "name", "x")
                .add("tool_start", "id", "a", "name", "x", "input", Map.of())
                .input(0, "{}")
                .add("tool_complete", "id", "a", "output", "y")
                .complete());
        assertThat(chunks).noneMatch(chunk -> "tool-input-delta".equals(chunk.get("type")));
    }

    @Test
    void wordsThatABlockBeginsWithAreWords() {
        var run = new RunScript()
                .turn()
                .block(0, "text", "text", "Hi ")
                .text(0, "you")
                .stop("stop")
                .complete();
        assertThat(chunks(run).stream()
                        .filter(chunk -> "text-delta".equals(chunk.get("type")))
                        .map(chunk -> chunk.get("delta")))
                .containsExactly("Hi ", "you");
    }

    @Test
    void theFirstEndStands() {
        var run = new RunScript().turn().text(0, "a").error().text(0, "b").complete();
        List<Map<String, Object>> chunks = chunks(run);
        assertThat(chunks.getLast())
                .containsEntry("type", "error")
                .containsEntry("errorText", "The model is overloaded.");
        assertThat(chunks.toString()).doesNotContain("=b");
    }

    @Test
    void whatTheClientDoesNotKnowIsNotTold() {
        var run = new RunScript()
                .turn()
                .add("debug", "message", "secret")
                .add("of_tomorrow", "message", "secret")
                .add("message_delta", "event", "of_tomorrow", "x", "secret")
                .add("tool_progress", "message", "secret") // of no call
                .add("tool_complete", "id", "never_started", "output", "secret")
                .add("tool_event", "id", "t", "event", Map.of("type", "debug", "message", "secret"))
                .add("message_delta", "index", 0, "citation", Map.of("type", "page_location", "x", "secret"))
                .stop("stop")
                .complete();
        assertThat(chunks(run).toString()).doesNotContain("secret", "tomorrow", "debug");
    }

    @Test
    void aHeartbeatIsACommentAndTheHeadersNameTheProtocol() {
        var frames = new java.util.ArrayList<String>();
        format.encoder("s1").heartbeat(frames::add);
        assertThat(frames).containsExactly(": heartbeat\n\n");
        assertThat(format.headers()).containsEntry("x-vercel-ai-ui-message-stream", "v1");
        assertThat(format.resumesByEventId()).isFalse();
    }

    private Map<String, Object> last(RunScript run) {
        return chunks(run).getLast();
    }

    private List<Map<String, Object>> chunks(RunScript run) {
        return UiGrammar.check(run.frames(format));
    }
}
