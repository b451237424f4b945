package dev.sluice.transport;

import java.io.IOException;
import java.io.InputStream;
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

    /** Gives the connection up, or back if the body was read to its end. Does not wait for the server. */
    @Override
    public void close() throws IOException {
        body.close();
    }
}
