package dev.sluice.transport;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The head of one HTTP response, and its body to be read.
 *
 * @param status the HTTP status
 * @param headers by name, in any case
 * @param body the body as it arrives; see {@link HttpTransport} for how it blocks and ends
 */
public record TransportResponse(int status, Map<String, List<String>> headers, InputStream body)
        implements AutoCloseable {

    /** Copies the headers into a map that ignores the case of names. */
    public TransportResponse {
        headers = HeaderMap.copyOf(headers);
    }

    /**
     * The first value of a header.
     *
     * @param name in any case
     * @return empty if there is no such header
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name))
                .filter(values -> !values.isEmpty())
                .map(List::getFirst);
    }

    /**
     * How long the server asks to wait before the next try: {@code retry-after-ms} in milliseconds, else {@code retry-after} in
     * seconds or as an HTTP date.
     *
     * @param clock says now, from which a date is counted
     * @return zero if the date has passed; empty if there is no such header, or its value is negative or unreadable
     */
    public Optional<Duration> retryAfter(InstantSource clock) {
        return RetryAfter.of(this, clock);
    }

    /** Gives the connection up, or back if the body was read to its end. Does not wait for the server. */
    @Override
    public void close() throws IOException {
        body.close();
    }
}
