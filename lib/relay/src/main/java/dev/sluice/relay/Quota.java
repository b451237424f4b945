package dev.sluice.relay;

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
        check("perSession", perSession);
        check("perAddress", perAddress);
        check("total", total);
    }

    /** The same quota with another number for a session. */
    public Quota withPerSession(int number) {
        return new Quota(number, perAddress, total);
    }

    private static void check(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": " + value + " is not positive");
        }
    }
}
