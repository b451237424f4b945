package dev.sluice.relay.http;

import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which sites' pages may use the endpoint: its own, and those that are named. */
final class AllowedOrigins {
    private static final Pattern ORIGIN = Pattern.compile("https?://[a-z0-9.\\-\\[\\]:]+");

    private final Set<String> allowed = new HashSet<>();
    private final RareWarning warning;

    AllowedOrigins(Collection<String> allowed, RareWarning warning) {
        this.warning = warning;
        for (String origin : allowed) {
            String plain = origin.toLowerCase(Locale.ROOT);
            if (!ORIGIN.matcher(plain).matches()) {
                throw new IllegalArgumentException(
                        "allowedOrigins: '" + origin + "' is not of the form https://host or https://host:port");
            }
            this.allowed.add(plain);
        }
    }

    /** Throws if a page of another site sent this. A client that is no browser sends no {@code Origin}. */
    void check(RequestHead head) {
        Optional<String> origin = origin(head);
        if (origin.isPresent() && !isOwn(head, origin.get()) && !allowed.contains(origin.get())) {
            String message = "The Origin '" + shown(origin.get())
                    + "' is neither the server's own, which by the Host header"
                    + " is '" + shown(head.header("host").orElse("")) + "', nor one of RelayEndpoint's allowedOrigins."
                    + " Allow it, or, behind a proxy, have it pass on the Host header with its port.";
            warning.warn(message);
            throw new Problem(403, "foreign_origin", message);
        }
    }

    /** The headers that a browser needs before it shows the response to a page of another site. */
    Map<String, String> headers(RequestHead head) {
        Optional<String> origin = origin(head).filter(allowed::contains);
        if (origin.isEmpty()) {
            return allowed.isEmpty() ? Map.of() : Map.of("Vary", "Origin");
        }
        return Map.of(
                "Access-Control-Allow-Origin", origin.get(),
                "Access-Control-Allow-Credentials", "true",
                "Access-Control-Expose-Headers", "X-Stream-Id, Retry-After",
                "Vary", "Origin");
    }

    /** Whether a browser asks what it may send. */
    static boolean isPreflight(RequestHead head) {
        return head.method().equals("OPTIONS")
                && head.header("access-control-request-method").isPresent();
    }

    /** The answer to that. */
    static FullResponse preflight(String methods) {
        return FullResponse.empty(204)
                .with(Map.of(
                        "Access-Control-Allow-Methods", methods,
                        "Access-Control-Allow-Headers", "Content-Type, Last-Event-ID, Authorization, Idempotency-Key",
                        "Access-Control-Max-Age", "600"));
    }

    /** A client's value, for one line of a message. */
    private static String shown(String header) {
        String printable = header.replaceAll("[^ -~]", "?");
        return printable.length() <= 100 ? printable : printable.substring(0, 100) + "…";
    }

    private static Optional<String> origin(RequestHead head) {
        return head.header("origin").map(value -> value.toLowerCase(Locale.ROOT));
    }

    /** The scheme is not compared: behind a proxy the server may not know its own. */
    private static boolean isOwn(RequestHead head, String origin) {
        int authority = origin.indexOf("://");
        return authority > 0
                && head.header("host")
                        .map(host -> host.toLowerCase(Locale.ROOT))
                        .filter(origin.substring(authority + 3)::equals)
                        .isPresent();
    }
}
