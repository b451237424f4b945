package dev.sluice.relay.http;

import dev.sluice.relay.Session;
import java.util.Map;

/** Decides which session a request belongs to. For use by any thread. */
@FunctionalInterface
public interface RelayAuthenticator {

    /**
     * The session that a request belongs to. Called for each request and for each WebSocket's handshake, on its thread.
     *
     * @throws AccessDenied if it belongs to none, or may not
     */
    Session authenticate(RequestHead head);

    /** The headers by which a response lets the client's next request be recognised; empty if it will be anyway. */
    default Map<String, String> introduce(RequestHead head, Session session) {
        return Map.of();
    }

    /**
     * Gives each user whom the web server has authenticated one session, whose id is the user's name, and refuses everybody else
     * with 401. For a server that fills in {@link RequestHead#user()}, as a servlet container does.
     */
    static RelayAuthenticator user() {
        return userOr(head -> {
            throw AccessDenied.unauthenticated("Sign in first.");
        });
    }

    /** {@link #user()}, which leaves requests without a user to another authenticator, such as {@link #cookie()}. */
    static RelayAuthenticator userOr(RelayAuthenticator other) {
        return new UserSession(other);
    }

    /**
     * Gives each browser that comes without one a signed cookie, which scripts cannot read and other sites cannot send. The key
     * is random: after a restart, and on another machine, a cookie is unknown and its browser begins a new session.
     */
    static RelayAuthenticator cookie() {
        return new SessionCookie(false);
    }

    /**
     * {@link #cookie()} with a key that all machines of a fleet share, and that survives a restart.
     *
     * @param key at least 32 random bytes, to be kept secret: with it anybody can make sessions
     */
    static RelayAuthenticator cookie(byte[] key) {
        return new SessionCookie(key, false);
    }

    /** {@link #cookie()} for a server behind a proxy that speaks HTTPS: the cookie is never sent in the clear. */
    static RelayAuthenticator secureCookie() {
        return new SessionCookie(true);
    }

    /** {@link #cookie(byte[])} for a server behind a proxy that speaks HTTPS: the cookie is never sent in the clear. */
    static RelayAuthenticator secureCookie(byte[] key) {
        return new SessionCookie(key, true);
    }
}
