package dev.sluice.relay;

import java.util.Objects;

/**
 * The caller of a relay: on whose behalf, and from where. Open streams and sockets count for both.
 *
 * @param session on whose behalf
 * @param address where the request came from, as a name that is counted; empty if it is not to be counted by address
 */
public record Caller(Session session, String address) {
    /** Checks that both are there. */
    public Caller {
        Objects.requireNonNull(session, "session");
        Objects.requireNonNull(address, "address");
    }

    /** A caller that is counted by its session only. */
    public static Caller of(Session session) {
        return new Caller(session, "");
    }
}
