package dev.sluice.relay;

/**
 * On whose behalf something is asked for. A stream belongs to the session that started it, and nobody else can see, resume or
 * cancel it.
 *
 * @param id an opaque name, the same for all requests of one session, hard to guess unless it is verified otherwise
 */
public record Session(String id) {
    /** Checks the id. */
    public Session {
        if (id.isBlank()) {
            throw new IllegalArgumentException("id: a session needs one");
        }
    }

    /** No part of the id, which may be a secret. */
    @Override
    public String toString() {
        return "Session[…]";
    }
}
