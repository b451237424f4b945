package dev.sluice.test.peer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request as the peer got it.
 *
 * @param connection on which connection, counted from 1 in the order of arrival
 * @param method such as {@code POST}
 * @param path the request target as it was sent
 * @param headers in a map that ignores the case of names; the values of a name in their order
 * @param body its bytes; empty if the script did not want them read
 */
@SuppressWarnings("ArrayRecordComponent") // requests are looked at, not compared
public record ReceivedRequest(
        int connection, String method, String path, Map<String, List<String>> headers, byte[] body) {

    /** The first value of a header, or null. */
    public @Nullable String header(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.getFirst();
    }

    /** The body as UTF-8. */
    public String bodyText() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
