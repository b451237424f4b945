package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a run when it has ended, for metrics and accounts. It holds no word of the conversation.
 *
 * @param provider the provider's name
 * @param requestedModel the model that was asked for
 * @param name the application's name for the run; empty if it gave none
 * @param end how it ended
 * @param metrics its turns, calls, tokens, cost and times
 */
public record RunReport(String provider, String requestedModel, Optional<String> name, EndReason end, Metrics metrics) {

    /**
     * What a run has cost in time, tokens and money so far.
     *
     * @param turns how many requests the model was sent, turns that were asked again included
     * @param calls the calls of tools that have ended, in the order of their ends. A tool that has run for a turn that was taken
     *     back is here once, with the id of the last call that it stands for
     * @param usage the tokens of all turns, the unfinished one and those that were taken back included
     * @param cost what these tokens cost at the prices of the run's budget; empty if it has no prices
     * @param duration from the start to the end, or to now
     * @param modelTime the part of it in which the model was asked, retries included
     */
    public record Metrics(
            int turns,
            List<ToolCall> calls,
            Usage usage,
            Optional<BigDecimal> cost,
            Duration duration,
            Duration modelTime) {

        /** Copies the calls. */
        public Metrics {
            calls = List.copyOf(calls);
        }
    }

    /**
     * What one call of a tool came to, for metrics and accounts. It holds no word of the conversation.
     *
     * @param id the call
     * @param tool the tool, as the model names it
     * @param isError whether it failed, was refused, or was stopped
     * @param cause the tool's exception; null if it threw none
     * @param duration how long the tool ran, or was waited for; zero if it did not run
     * @param isOrphaned whether the tool has run for nothing: its turn broke off and was asked again, and the model did not make
     *     the same call again; see {@link ToolLoop.Builder#retryTurns}
     */
    public record ToolCall(
            String id,
            String tool,
            boolean isError,
            @Nullable Throwable cause,
            Duration duration,
            boolean isOrphaned) {}
}
