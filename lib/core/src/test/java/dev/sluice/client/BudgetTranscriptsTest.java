package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.StreamException;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Budget.TokenCount;
import dev.sluice.budget.Meters;
import dev.sluice.internal.budget.BudgetMeter;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.provider.claude.Claude;
import dev.sluice.sse.SseReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Recorded answers, counted. */
class BudgetTranscriptsTest {
    private final Budget budget = Budget.outputTokens(1_000_000);
    private final BudgetMeter tab = Meters.open(budget);

    @ParameterizedTest
    @CsvSource({
        "claude-text, 31, 46",
        "claude-max-tokens, 19, 20",
        "claude-pings-multi-text, 58, 61",
        "claude-unicode, 44, 160",
        "claude-thinking-text, 72, 74",
        "claude-tool-use-fragments, 412, 118",
        "claude-parallel-tool-use, 655, 141",
        "claude-web-search-citations, 9874, 214",
        "claude-compaction, 151848, 411",
        "claude-mcp, 1604, 91"
    })
    void afterItsEndAnAnswerCountsWhatTheWireSaid(String name, long input, long output) throws IOException {
        transcript(name).forEach(tab::count);
        tab.close();
        assertThat(budget.outputTokens()).isEqualTo(new TokenCount(output, false));
        assertThat(budget.inputTokens()).isEqualTo(input);
    }

    @ParameterizedTest
    @ValueSource(strings = {"claude-truncated", "claude-midstream-overloaded"})
    void anAnswerThatBreaksOffStaysAnEstimate(String name) throws IOException {
        transcript(name).forEach(tab::count);
        tab.close();
        assertThat(budget.outputTokens().estimated()).isTrue();
        assertThat(budget.outputTokens().tokens()).isBetween(10L, 20L); // of some fifty letters
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "claude-text",
                "claude-max-tokens",
                "claude-pings-multi-text",
                "claude-unicode",
                "claude-tool-use-fragments",
                "claude-parallel-tool-use"
            })
    void theFirstEstimateIsWithinAFactorOfTwo(String name) throws IOException {
        long estimate = 0;
        for (StreamEvent event : transcript(name)) {
            tab.count(event);
            if (event instanceof MessageDelta said) {
                long exact = said.usage().outputTokens();
                assertThat(estimate).isBetween(exact / 2, exact * 2);
                return;
            }
            estimate = budget.outputTokens().tokens();
        }
        throw new AssertionError("the transcript has no last figure");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "claude-text",
                "claude-pings-multi-text",
                "claude-unicode",
                "claude-thinking-text",
                "claude-tool-use-fragments",
                "claude-web-search-citations"
            })
    void betweenTheWiresFiguresTheCountOnlyGrows(String name) throws IOException {
        for (int round = 0; round < 3; round++) { // the later ones with a calibrated estimate
            BudgetMeter next = Meters.open(budget);
            long before = budget.outputTokens().tokens();
            long first = before;
            for (StreamEvent event : transcript(name)) {
                next.count(event);
                long now = budget.outputTokens().tokens();
                if (!(event instanceof MessageStart || event instanceof MessageDelta)) {
                    assertThat(now).isGreaterThanOrEqualTo(before);
                }
                before = now;
            }
            assertThat(before).isGreaterThan(first);
        }
    }

    private static List<StreamEvent> transcript(String name) throws IOException {
        var events = new ArrayList<StreamEvent>();
        try (var in = BudgetTranscriptsTest.class.getResourceAsStream("/transcripts/" + name + ".sse")) {
            var sse = new SseReader(in, Limits.defaults());
            var decoder = Claude.builder().apiKey("test-key").build().decoder();
            while (sse.next()) {
                decoder.decode(sse, events::add);
            }
            decoder.end(events::add);
        } catch (StreamException e) {
            assertThat(name).isEqualTo("claude-midstream-overloaded");
        }
        return events;
    }
}
