package dev.sluice.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream's times and sizes so far, measured at the arrival of its bytes, so that a slow consumer does not show.
 *
 * @param timeToHeaders from the start to the response's headers; null before that, as below
 * @param timeToFirstEvent from the start to the first event that is no ping
 * @param timeToFirstText from the start to the first words of the answer
 * @param duration from the start to the end, or to now
 * @param events events received, pings included
 * @param bytes bytes of the response's body received
 * @param gapP50 the median time between two events that bring content, within an eighth
 * @param gapP99 the time that one in a hundred of those gaps exceeds, within an eighth
 * @param gapMax the longest of those gaps
 * @param outputTokens tokens the model has made, as far as the provider has said
 * @param tokensPerSecond those tokens over the time from the first content to the last event; 0 while unknown
 * @param retries how many requests were sent again before the loop had received anything of their answer
 * @param continuations how many times the answer broke off and was continued
 * @param failovers how many times another provider was asked because one had failed; 0 without a {@link Failover}
 * @param resumes how many times the rest of an answer in the background was asked for on another connection
 */
public record StreamMetrics(
        @Nullable Duration timeToHeaders,
        @Nullable Duration timeToFirstEvent,
        @Nullable Duration timeToFirstText,
        Duration duration,
        long events,
        long bytes,
        Duration gapP50,
        Duration gapP99,
        Duration gapMax,
        long outputTokens,
        double tokensPerSecond,
        int retries,
        int continuations,
        int failovers,
        int resumes) {

    /** The time to the first words, or to the first event of an answer without words; empty before that. */
    public Optional<Duration> timeToFirstToken() {
        return Optional.ofNullable(timeToFirstText != null ? timeToFirstText : timeToFirstEvent);
    }
}
