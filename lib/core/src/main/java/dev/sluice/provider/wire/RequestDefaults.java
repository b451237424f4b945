package dev.sluice.provider.wire;

import dev.sluice.provider.Credentials;
import dev.sluice.transport.TransportRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The common part of all requests of one provider: constant headers, constant query parameters, and credentials that
 * change. Immutable; each setter gives another one.
 */
public final class RequestDefaults {
    /** Nothing in common. */
    public static final RequestDefaults NONE = new RequestDefaults(Map.of(), Map.of(), null);

    /** Headers that authenticate a request, at one vendor or another. */
    private static final Set<String> AUTHENTICATING = Set.of("authorization", "x-api-key", "api-key", "x-goog-api-key");

    /** Query parameters that the providers set themselves. */
    private static final Set<String> TAKEN = Set.of("alt", "limit", "after_id", "pageSize", "pageToken");

    private final Map<String, String> headers;
    private final Map<String, String> query;
    private final @Nullable Credentials credentials;

    private RequestDefaults(Map<String, String> headers, Map<String, String> query, @Nullable Credentials credentials) {
        this.headers = headers;
        this.query = query;
        this.credentials = credentials;
    }

    /** With a constant header; the last one of a name counts. */
    public RequestDefaults header(String name, String value) {
        TransportRequest.checkHeader(name, value);
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(headers);
        all.remove(name);
        all.put(name, value);
        return new RequestDefaults(Collections.unmodifiableMap(all), query, credentials);
    }

    /** With a constant query parameter; the last one of a name counts. */
    public RequestDefaults queryParameter(String name, String value) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("queryParameter: its name is empty");
        } else if (TAKEN.contains(name)) {
            throw new IllegalArgumentException("queryParameter: " + name + " is set by this library");
        }
        Map<String, String> all = new LinkedHashMap<>(query);
        all.put(name, Objects.requireNonNull(value, "value"));
        return new RequestDefaults(headers, Collections.unmodifiableMap(all), credentials);
    }

    /** With these credentials in place of others. */
    public RequestDefaults credentials(Credentials credentials) {
        return new RequestDefaults(headers, query, Objects.requireNonNull(credentials, "credentials"));
    }

    /** Whether there are credentials that change. */
    public boolean hasCredentials() {
        return credentials != null;
    }

    /** The credentials, which leave a request alone that is authenticated already. */
    public Optional<Credentials> credentials() {
        return Optional.ofNullable(credentials).map(Unauthenticated::new);
    }

    /** The caller's headers, then the constant ones, then those of every request; for a provider to add to. */
    public Map<String, String> headers(Map<String, String> callers) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(callers);
        headers.forEach(all::putIfAbsent);
        all.putIfAbsent("accept-encoding", "identity"); // who compresses a stream holds it back
        all.putIfAbsent("user-agent", UserAgent.NAME);
        return all;
    }

    /** The address with the constant query parameters. */
    public URI uri(String address) {
        if (query.isEmpty()) {
            return URI.create(address);
        }
        String added = query.entrySet().stream()
                .map(parameter -> encoded(parameter.getKey()) + "=" + encoded(parameter.getValue()))
                .collect(Collectors.joining("&"));
        return URI.create(address + (address.contains("?") ? "&" : "?") + added);
    }

    /** A word as a part of a path or of a query. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Credentials for requests that have none: two in one request are an error, and the caller's win. */
    private record Unauthenticated(Credentials own) implements Credentials {
        @Override
        public Map<String, String> headers(TransportRequest request) throws IOException, InterruptedException {
            boolean has = request.headers().keySet().stream()
                    .anyMatch(name -> AUTHENTICATING.contains(name.toLowerCase(Locale.ROOT)));
            return has ? Map.of() : own.headers(request);
        }

        @Override
        public String name() {
            return own.name();
        }

        /** Never that of the caller's own, which may have the secret. */
        @Override
        public String toString() {
            return name();
        }
    }
}
