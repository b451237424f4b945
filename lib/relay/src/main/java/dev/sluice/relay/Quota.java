package dev.sluice.relay;

import dev.sluice.internal.base.Checks;

/**
 * How many of something may be open at once.
 *
 * @param perSession for one session
 * @param perAddress for one address; many people can share one behind a router
 * @param total for all
 */
public record Quota(int perSession, int perAddress, int total) {
    /** Checks the numbers. */
    public Quota {
        Checks.atLeast("perSession", perSession, 1);
        Checks.atLeast("perAddress", perAddress, 1);
        Checks.atLeast("total", total, 1);
    }

    /** The same quota with another number for a session. */
    public Quota withPerSession(int number) {
        return new Quota(number, perAddress, total);
    }
}
