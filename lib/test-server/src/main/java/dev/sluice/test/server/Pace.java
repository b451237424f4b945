package dev.sluice.test.server;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * How fast an answer comes: a pause to think before the first token, and a shorter one before each other. A pause is
 * anything between its shortest and its longest.
 *
 * @param shortestThought before the first token, at least
 * @param longestThought before the first token, at most
 * @param shortestGap before each other token, at least
 * @param longestGap before each other token, at most
 */
public record Pace(Duration shortestThought, Duration longestThought, Duration shortestGap, Duration longestGap) {
    private static final Pace NATURAL =
            new Pace(Duration.ofMillis(250), Duration.ofMillis(400), Duration.ofMillis(20), Duration.ofMillis(60));
    private static final Pace BRISK =
            new Pace(Duration.ofMillis(20), Duration.ofMillis(40), Duration.ofMillis(4), Duration.ofMillis(6));
    private static final Pace INSTANT = new Pace(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** About as fast as a model writes: 250 to 400 ms, then 20 to 60 ms. */
    public static Pace natural() {
        return NATURAL;
    }

    /** Some eight times as fast, for tests that need an answer to take time. */
    public static Pace brisk() {
        return BRISK;
    }

    /** A pause of this length before each token. */
    public static Pace every(Duration gap) {
        return new Pace(gap, gap, gap, gap);
    }

    /** No pauses. */
    public static Pace instant() {
        return INSTANT;
    }

    /** The same thought, but longer gaps. */
    Pace slower(int factor) {
        return new Pace(
                shortestThought, longestThought, shortestGap.multipliedBy(factor), longestGap.multipliedBy(factor));
    }

    Duration thought(SplittableRandom random) {
        return between(shortestThought, longestThought, random);
    }

    Duration gap(SplittableRandom random) {
        return between(shortestGap, longestGap, random);
    }

    private static Duration between(Duration shortest, Duration longest, SplittableRandom random) {
        return Duration.ofNanos(random.nextLong(shortest.toNanos(), longest.toNanos() + 1));
    }
}
