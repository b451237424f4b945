package dev.sluice.relay.http;

import dev.sluice.relay.Session;
import java.util.Map;

/** Tells on whose behalf a request is. For use by any thread. */
@FunctionalInterface
public interface Authenticator {

    /**
     * The session that a request belongs to. Called for each request and for each WebSocket's handshake, on its thread.
     *
     * @throws Refused if it belongs to none, or may not
     */
    Session authenticate(RequestHead head);

    /**
     * What the response to a request says so that the next one is recognised; empty if it will be anyway. Who is told
     * something here counts as new: how often he may start runs is counted by his address.
     */
    default Map<String, String> introduce(RequestHead head, Session session) {
        return Map.of();
    }

    /** A random cookie, which scripts cannot read and other sites cannot send, for everybody who comes without one. */
    static Authenticator cookie() {
        return new SessionCookie(false);
    }

    /** {@link #cookie()} for a server behind a proxy that speaks HTTPS: the cookie is never sent in the clear. */
    static Authenticator secureCookie() {
        return new SessionCookie(true);
    }
}
