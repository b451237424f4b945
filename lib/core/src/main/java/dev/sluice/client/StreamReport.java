package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.message.Usage;
import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A summary of a stream that has ended, for metrics and accounts. It holds no word of the conversation.
 *
 * @param provider the provider's name; of several, the last that answered
 * @param server the address that was asked, without user, path and query
 * @param requestedModel the model that was asked for
 * @param model the model that answered; null if none did
 * @param requestId the provider's id of the last request; null if it gave none
 * @param end how it ended
 * @param metrics its times and sizes, retries and continuations
 * @param usage its tokens, as far as the provider has said; of several, those of all that is in the message
 * @param hops the providers that a {@link Failover} asked, in their order; empty for a client of one provider
 */
public record StreamReport(
        String provider,
        URI server,
        String requestedModel,
        @Nullable String model,
        @Nullable String requestId,
        EndReason end,
        StreamMetrics metrics,
        Usage usage,
        List<Hop> hops) {

    /** Copies the list. */
    public StreamReport {
        hops = List.copyOf(hops);
    }

    /** The summary of a stream of one provider. */
    public StreamReport(
            String provider,
            URI server,
            String requestedModel,
            @Nullable String model,
            @Nullable String requestId,
            EndReason end,
            StreamMetrics metrics,
            Usage usage) {
        this(provider, server, requestedModel, model, requestId, end, metrics, usage, List.of());
    }

    /**
     * One provider that a {@link Failover} asked for an answer, or for a part of it.
     *
     * @param provider the provider's name
     * @param requestedModel the model that was asked for
     * @param model the model that answered; null if none did
     * @param reason why it was asked
     * @param answered whether something in the message is its
     * @param end how its stream ended
     * @param usage its tokens: as the provider has said, or {@code estimated}
     * @param estimated whether the provider has not said all of that
     * @param cost what those tokens cost; null unless the {@link Failover} has prices for it
     */
    public record Hop(
            String provider,
            String requestedModel,
            @Nullable String model,
            Reason reason,
            boolean answered,
            EndReason end,
            Usage usage,
            boolean estimated,
            @Nullable BigDecimal cost) {

        /** Why a provider was asked. */
        public enum Reason {
            /** It is the first. */
            FIRST,
            /** All that were asked before failed. */
            FAILOVER,
            /** The answer of the one before broke off. */
            CONTINUATION,
            /** The one before had said nothing for the time that {@link Failover.Builder#hedgeAfter} sets. */
            HEDGE
        }
    }
}
