package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.message.Usage;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A summary of a stream that has ended, for metrics and accounts. It holds no word of the conversation.
 *
 * @param provider the provider's name
 * @param server the address that was asked, without user, path and query
 * @param requestedModel the model that was asked for
 * @param model the model that answered; null if none did
 * @param requestId the provider's id of the last request; null if it gave none
 * @param end how it ended
 * @param metrics its times and sizes, retries and continuations
 * @param usage its tokens, as far as the provider has said
 */
public record StreamReport(
        String provider,
        URI server,
        String requestedModel,
        @Nullable String model,
        @Nullable String requestId,
        EndReason end,
        StreamMetrics metrics,
        Usage usage) {}
