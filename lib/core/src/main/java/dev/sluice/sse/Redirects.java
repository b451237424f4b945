package dev.sluice.sse;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a redirect asks for, by the rules of the Fetch standard ("HTTP-redirect fetch"), with two that are stricter: never
 * from https to http, and another origin gets no header but those that say nothing of the caller, since any other may be a
 * key.
 */
final class Redirects {
    /** As many as Fetch allows. */
    static final int MOST = 20;

    private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> PERMANENT = Set.of(301, 308);
    private static final Set<String> HARMLESS = Set.of(
            "accept",
            "accept-language",
            "cache-control",
            "content-encoding",
            "content-language",
            "content-location",
            "content-type",
            "user-agent");

    private Redirects() {}

    static boolean isRedirect(TransportResponse response) {
        return STATUSES.contains(response.status());
    }

    /** Whether later requests shall go to the new address too. */
    static boolean isPermanent(TransportResponse response) {
        return PERMANENT.contains(response.status());
    }

    /**
     * The request to send instead.
     *
     * @throws ProtocolError if there is no address that may be followed
     */
    static TransportRequest follow(TransportRequest request, TransportResponse response) {
        URI target = target(request, response);
        Predicate<String> kept = sameOrigin(request.uri(), target) ? name -> true : HARMLESS::contains;
        if (!becomesGet(request.method(), response.status())) {
            return new TransportRequest(request.method(), target, headers(request, kept), request.body());
        }
        return new TransportRequest(
                "GET", target, headers(request, kept.and(name -> !name.startsWith("content-"))), new byte[0]);
    }

    private static boolean becomesGet(String method, int status) {
        return switch (status) {
            case 301, 302 -> method.equals("POST");
            case 303 -> !method.equals("GET") && !method.equals("HEAD");
            default -> false;
        };
    }

    private static Map<String, String> headers(TransportRequest request, Predicate<String> kept) {
        var headers = new HashMap<>(request.headers());
        headers.keySet().removeIf(name -> !kept.test(name.toLowerCase(Locale.ROOT)));
        return headers;
    }

    private static URI target(TransportRequest request, TransportResponse response) {
        String redirected = "The server redirected " + request + " with status " + response.status();
        String location = response.header("location").map(String::strip).orElse("");
        if (location.isEmpty()) {
            throw new ProtocolError(redirected + " but did not say where to", null);
        }
        URI target = resolve(request.uri(), location, redirected);
        boolean secure = "https".equalsIgnoreCase(target.getScheme());
        if ((!secure && !"http".equalsIgnoreCase(target.getScheme())) || target.getHost() == null) {
            throw new ProtocolError(redirected + " to an address that is neither http nor https", null);
        }
        if (!secure && "https".equalsIgnoreCase(request.uri().getScheme())) {
            throw new ProtocolError(redirected + " from https to http, which is not followed", null);
        }
        return target;
    }

    /** As RFC 3986 says; the JDK's own follows its predecessor where a path or the reference is empty. */
    @SuppressWarnings("UnusedException") // it quotes the address, which may carry a key
    private static URI resolve(URI base, String location, String redirected) {
        try {
            String path = base.getRawPath().isEmpty() ? "/" : base.getRawPath();
            var rooted = new URI(base.getScheme() + "://" + base.getRawAuthority() + path);
            URI target = location.startsWith("?") ? new URI(rooted + location) : rooted.resolve(new URI(location));
            if (location.chars().allMatch(c -> c > ' ' && c < 127)) { // the JDK would let others pass and send a "?"
                return target;
            }
        } catch (URISyntaxException e) {
            // told below
        }
        throw new ProtocolError(redirected + " to something that is no address", null);
    }

    private static boolean sameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }
}
