package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;

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
                        .map(event -> dev.sluice.internal.json.Json.readObject(event.json())
                                .getOrDefault(kind, ""))
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
