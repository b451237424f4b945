package dev.sluice.tools;

import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a run has cost in time, tokens and money so far.
 *
 * @param turns how many requests the model was sent
 * @param calls the calls of tools that have ended, in the order of their ends
 * @param usage the tokens of all turns, the unfinished one included
 * @param cost what these tokens cost at the prices of the run's budget; empty if it has no prices
 * @param duration from the start to the end, or to now
 * @param modelTime the part of it in which the model was asked, retries included
 */
public record RunMetrics(
        int turns,
        List<ToolCallReport> calls,
        Usage usage,
        Optional<BigDecimal> cost,
        Duration duration,
        Duration modelTime) {

    /** Copies the calls. */
    public RunMetrics {
        calls = List.copyOf(calls);
    }
}
