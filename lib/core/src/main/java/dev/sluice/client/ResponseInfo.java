package dev.sluice.client;

import dev.sluice.RateLimits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The head of the response a stream comes from.
 *
 * @param status the HTTP status
 * @param headers by name, in any case
 * @param requestId the provider's id of the request; null if it gave none
 * @param rateLimits how much may still be asked; null if the provider did not say
 */
public record ResponseInfo(
        int status,
        Map<String, List<String>> headers,
        @Nullable String requestId,
        @Nullable RateLimits rateLimits) {

    /** The first value of a header, by its name in any case. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name)).map(List::getFirst);
    }
}
