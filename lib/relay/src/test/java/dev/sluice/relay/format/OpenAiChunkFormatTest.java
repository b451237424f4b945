package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.StreamFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OpenAiChunkFormatTest {
    private final StreamFormat format = new OpenAiChunkFormat(false);

    @Test
    void aRunIsOneAnswer() {
        List<String> frames =
                RunScript.tools().frames(OpenAiChunkFormat.of(Map.of("stream_options", Map.of("include_usage", true))));
        assertThat(frames.getLast()).isEqualTo("data: [DONE]\n\n");
        List<Map<String, Object>> chunks = chunks(frames.subList(0, frames.size() - 1));
        assertThat(chunks)
                .allSatisfy(chunk -> assertThat(chunk)
                        .containsEntry("id", "chatcmpl-s1")
                        .containsEntry("object", "chat.completion.chunk")
                        .containsEntry("model", "claude-sonnet-5")
                        .containsEntry("created", chunks.getFirst().get("created")));
        assertThat(delta(chunks.getFirst())).isEqualTo(Map.of("role", "assistant", "content", ""));
        assertThat(words(chunks)).isEqualTo("Let me look. The Douro stands at 2.41 m.");
        assertThat(chunks.get(chunks.size() - 2).toString()).contains("finish_reason=stop");
        assertThat(chunks.getLast())
                .containsEntry("choices", List.of())
                .containsEntry("usage", Map.of("prompt_tokens", 20, "completion_tokens", 10, "total_tokens", 30));
    }

    /** A client would run them itself. */
    @Test
    void toolsAndThoughtsAreNotTold() {
        assertThat(RunScript.tools().frames(format).toString())
                .doesNotContain("tool", "river_level", "gauge", "secret", "usage");
    }

    @Test
    void finishReasons() {
        Map.of(
                        "stop", "stop",
                        "length", "length",
                        "tool_calls", "stop",
                        "content_filter", "content_filter",
                        "pause", "length",
                        "unknown", "stop")
                .forEach((ours, theirs) -> assertThat(new RunScript()
                                .turn()
                                .stop(ours)
                                .complete()
                                .frames(format)
                                .toString())
                        .contains("\"finish_reason\":\"" + theirs + "\""));
    }

    @Test
    void everyRunSaysItsWordsAndHowItEnded() {
        for (long seed = 0; seed < 200; seed++) {
            RandomRun run = RandomRun.of(seed);
            List<String> frames = run.script().frames(format);
            boolean done = frames.getLast().equals("data: [DONE]\n\n");
            assertThat(done).isEqualTo(run.end().equals("finish"));
            List<Map<String, Object>> chunks = chunks(done ? frames.subList(0, frames.size() - 1) : frames);
            assertThat(chunks.getLast().containsKey("error")).isEqualTo(!done);
            assertThat(words(chunks))
                    .isEqualTo(run.script().events.stream()
                            .filter(event -> event.type().equals("message_delta"))
                            .map(event -> Json.readObject(event.json()).getOrDefault("text", ""))
                            .map(String::valueOf)
                            .collect(Collectors.joining()));
        }
    }

    @Test
    void wordsThatAreTakenBackFailTheAnswerAndOtherwiseNobodyNotices() {
        RunScript silent = new RunScript()
                .turn()
                .thinking(0, "Hm.")
                .reset()
                .turn()
                .text(0, "Fair.")
                .stop("stop")
                .complete();
        assertThat(words(chunks(silent.frames(format).subList(0, 3)))).isEqualTo("Fair.");
        assertThat(silent.frames(new OpenAiChunkFormat(true)).toString())
                .contains("\"finish_reason\":\"stop\"", "\"prompt_tokens\":20", "\"completion_tokens\":6", "[DONE]");

        RunScript spoken = new RunScript()
                .turn()
                .text(0, "Look. ")
                .stop("tool_calls")
                .turn()
                .reset()
                .turn()
                .text(0, "Dra")
                .reset()
                .turn()
                .text(0, "Fair.")
                .stop("stop")
                .complete();
        List<Map<String, Object>> chunks = chunks(spoken.frames(format));
        assertThat(words(chunks)).isEqualTo("Look. Dra");
        assertThat(chunks.getLast().toString()).contains("error=", "code=turn_reset");
    }

    @Test
    void aFailureIsAnErrorObjectAndNoEndMarker() {
        RunScript run = RunScript.answer("a", "b");
        for (int cut = 0; cut < run.events.size(); cut++) {
            List<String> frames = run.framesAndFailure(format, cut);
            assertThat(chunks(frames).getLast())
                    .containsEntry(
                            "error",
                            Map.of(
                                    "message", "The server stops.",
                                    "type", "server_error",
                                    "code", "server_shutdown"));
        }
        assertThat(new RunScript().turn().error().complete().frames(format).getLast())
                .contains("The model is overloaded.", "overloaded_error");
        assertThat(new RunScript().turn().frames(format).getLast()).contains("\"code\":\"cancelled\"");
        assertThat(run.framesAndFailure(format, run.events.size()).getLast()).isEqualTo("data: [DONE]\n\n");
    }

    @Test
    void itHasHeartbeatsAndNoIds() {
        var frames = new java.util.ArrayList<String>();
        format.encoder("s1").heartbeat(frames::add);
        assertThat(frames).containsExactly(": heartbeat\n\n");
        assertThat(format.resumesByEventId()).isFalse();
        assertThat(format.headers()).containsEntry("x-accel-buffering", "no");
    }

    private static List<Map<String, Object>> chunks(List<String> frames) {
        return frames.stream()
                .map(frame -> Json.readObject(frame.substring("data: ".length())))
                .toList();
    }

    private static String words(List<Map<String, Object>> chunks) {
        return chunks.stream()
                .map(chunk -> delta(chunk).get("content"))
                .map(words -> words == null ? "" : (String) words)
                .collect(Collectors.joining());
    }

    private static Map<?, ?> delta(Map<String, Object> chunk) {
        return chunk.get("choices") instanceof List<?> choices
                        && !choices.isEmpty()
                        && choices.getFirst() instanceof Map<?, ?> choice
                        && choice.get("delta") instanceof Map<?, ?> delta
                ? delta
                : Map.of();
    }
}
