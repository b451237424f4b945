package dev.sluice.stream;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The head of the response a stream comes from.
 *
 * @param status the HTTP status
 * @param headers by name, whatever the case
 * @param requestId the provider's id of the request; null if it gave none
 */
public record ResponseInfo(
        int status,
        Map<String, List<String>> headers,
        @Nullable String requestId) {

    /** The first value of a header, whatever the case of its name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name)).map(List::getFirst);
    }
}
