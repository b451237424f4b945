package dev.sluice.relay.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request without its body.
 *
 * @param method in upper case
 * @param path decoded, below the place where the endpoint is mounted, from {@code /}
 * @param query as it was sent; empty if there is none
 * @param headers by name in lower case
 * @param secure whether it came over TLS, as far as the server knows
 * @param remote the client's address
 * @param user the user whom the web server has authenticated, as {@link RelayAuthenticator#user()} asks; empty if none
 */
public record RequestHead(
        String method,
        String path,
        String query,
        Map<String, List<String>> headers,
        boolean secure,
        String remote,
        Optional<Principal> user) {

    /** A request whose user the web server does not know. */
    public RequestHead(
            String method,
            String path,
            String query,
            Map<String, List<String>> headers,
            boolean secure,
            String remote) {
        this(method, path, query, headers, secure, remote, Optional.empty());
    }

    /** Copies the headers, with their names in lower case. */
    public RequestHead {
        var copy = new HashMap<String, List<String>>();
        headers.forEach((name, values) -> copy.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        headers = Map.copyOf(copy);
    }

    /** A header's value, the first if there are several. */
    public Optional<String> header(String name) {
        List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        return values.isEmpty()
                ? Optional.empty()
                : Optional.of(values.getFirst().strip());
    }

    /** A cookie's value. */
    public Optional<String> cookie(String name) {
        for (String line : headers.getOrDefault("cookie", List.of())) {
            for (String pair : line.split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
                    return Optional.of(pair.substring(equals + 1).strip());
                }
            }
        }
        return Optional.empty();
    }

    /** A parameter of the query, the first if there are several; empty if it is not encoded as it should be. */
    public Optional<String> parameter(String name) {
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.substring(0, equals).equals(name)) {
                try {
                    return Optional.of(URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }
}
