package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whatever a legal run does, and wherever it is cut, the client can read it and knows how it ended. */
class UiMessageLawTest {
    private static final int RUNS = 500;
    private final UiMessageFormat format = new UiMessageFormat();

    /** For the laws that try each place of a run: a run has some hundred. */
    private static final int SEEDS = 20;

    @Test
    void everyRunIsALegalStreamThatEndsAsTheRunDid() {
        for (long seed = 0; seed < RUNS; seed++) {
            RandomRun run = RandomRun.of(seed);
            List<Map<String, Object>> chunks = UiGrammar.check(run.script().frames(format));
            assertThat(chunks.getLast()).as("seed " + seed).containsEntry("type", run.end());
        }
    }

    @Test
    void allWordsArriveInOrder() {
        for (long seed = 0; seed < RUNS; seed++) {
            RunScript run = RandomRun.of(seed).script();
            List<Map<String, Object>> chunks = UiGrammar.check(run.frames(format));
            for (String kind : List.of("text", "thinking")) {
                String said = run.events.stream()
                        .filter(event -> event.type().equals("message_delta"))
                        .map(event -> Json.readObject(event.json()).getOrDefault(kind, ""))
                        .map(String::valueOf)
                        .collect(Collectors.joining());
                String type = kind.equals("text") ? "text-delta" : "reasoning-delta";
                assertThat(chunks.stream()
                                .filter(chunk -> chunk.get("type").equals(type))
                                .map(chunk -> (String) chunk.get("delta"))
                                .collect(Collectors.joining()))
                        .as("seed " + seed)
                        .isEqualTo(said);
            }
        }
    }

    @Test
    void aFailureAfterAnyEventEndsWithAnErrorUnlessTheRunHasEnded() {
        for (long seed = 0; seed < SEEDS; seed++) {
            RandomRun run = RandomRun.of(seed);
            for (int cut = 0; cut <= run.script().events.size(); cut++) {
                List<Map<String, Object>> chunks = UiGrammar.check(run.script().framesAndFailure(format, cut));
                boolean over = cut == run.script().events.size() && !run.end().equals("abort");
                assertThat(chunks.getLast()).containsEntry("type", over ? run.end() : "error");
                if (!over) {
                    assertThat(chunks.getLast()).containsEntry("errorText", "The server stops.");
                }
            }
        }
    }

    @Test
    void aRunThatStopsAnywhereEndsWithAnAbort() {
        for (long seed = 0; seed < SEEDS; seed++) {
            RunScript run = RandomRun.of(seed).script();
            for (int cut = 0; cut < run.events.size(); cut++) {
                assertThat(UiGrammar.check(run.frames(format, cut)).getLast()).containsEntry("type", "abort");
            }
        }
    }

    @Test
    void whatIsTakenBackIsGoneAndTheRestIsThere() {
        for (long seed = 0; seed < RUNS; seed++) {
            RandomRun run = RandomRun.withResets(seed);
            List<Map<String, Object>> chunks = UiGrammar.check(run.script().frames(format));
            assertThat(chunks.getLast()).as("seed " + seed).containsEntry("type", run.end());
            var shown = new StringBuilder();
            int step = 0;
            for (Map<String, Object> chunk : chunks) {
                switch ((String) chunk.get("type")) {
                    case "start-step" -> step = shown.length();
                    case "reset-step" -> shown.setLength(step);
                    case "text-delta" -> shown.append(chunk.get("delta"));
                    default -> {}
                }
            }
            assertThat(shown.toString()).as("seed " + seed).isEqualTo(standing(run.script()));
            for (int cut = 0; seed < SEEDS && cut < run.script().events.size(); cut++) {
                assertThat(UiGrammar.check(run.script().frames(format, cut)).getLast())
                        .containsEntry("type", "abort");
            }
        }
    }

    /** The words that were not taken back. */
    private static String standing(RunScript run) {
        var words = new StringBuilder();
        int turn = 0;
        for (RelayEvent event : run.events) {
            switch (event.type()) {
                case "message_start" -> turn = words.length();
                case "turn_reset" -> words.setLength(turn);
                case "message_delta" ->
                    words.append(Json.readObject(event.json()).getOrDefault("text", ""));
                default -> {}
            }
        }
        return words.toString();
    }

    @Test
    void aResetStepChunkForChunk() {
        RunScript run = new RunScript()
                .turn()
                .block(0, "text")
                .text(0, "Draft")
                .block(1, "tool_use", "id", "toolu_1", "name", "rain")
                .blockEnd(1)
                .add("tool_start", "id", "toolu_1", "name", "rain", "input", Map.of())
                .reset()
                .turn()
                .block(0, "text")
                .text(0, "Fair.")
                .blockEnd(0)
                .stop("stop")
                .complete();
        List<Map<String, Object>> chunks = UiGrammar.check(run.frames(format));
        assertThat(chunks)
                .extracting(chunk -> chunk.get("type"))
                .containsExactly(
                        "start",
                        "start-step",
                        "text-start",
                        "text-delta",
                        "tool-input-start",
                        "tool-input-available",
                        "reset-step",
                        "text-start",
                        "text-delta",
                        "text-end",
                        "finish-step",
                        "finish");
        assertThat(chunks.getLast().toString()).contains("input_tokens=20", "output_tokens=6");
    }

    @Test
    void aReplayIsTheSame() {
        RunScript run = RunScript.tools();
        assertThat(run.frames(format)).isEqualTo(run.frames(format));
    }

    /** An attach in the middle, or a log that lost its beginning, is not legal; the client must not fail of it. */
    @Test
    void aRunWithoutItsBeginningIsStillALegalStream() {
        for (long seed = 0; seed < SEEDS; seed++) {
            RunScript run = RandomRun.of(seed).script();
            for (int from = 0; from < run.events.size(); from++) {
                var rest = new RunScript();
                rest.events.addAll(run.events.subList(from, run.events.size()));
                UiGrammar.check(rest.frames(format));
            }
        }
    }
}
