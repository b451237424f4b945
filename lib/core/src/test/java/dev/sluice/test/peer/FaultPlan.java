package dev.sluice.test.peer;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What happens to one connection; follows from a seed and the connection's number.
 *
 * @param fault what
 * @param at before which byte of what the server says
 * @param pause how long, where it is about time
 * @param random for what is drawn on the way; the thread's that writes to the client
 */
record FaultPlan(Fault fault, int at, Duration pause, SplittableRandom random) {
    /** About the length of the head of {@link Script#stream()}. */
    private static final int HEAD_BYTES = 150;

    /** About two short answers. */
    private static final int BODY_BYTES = 5000;

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(2500);

    static FaultPlan of(long seed, int connection) {
        var random = new SplittableRandom(seed + connection * 0x9E3779B97F4A7C15L);
        Fault fault = draw(random);
        int at = switch (fault) {
            case RESET_BEFORE_HEADERS, DELAY -> 0;
            case RESET_INSIDE_HEADERS -> 1 + random.nextInt(HEAD_BYTES);
            case RESET_INSIDE_BODY -> HEAD_BYTES + random.nextInt(BODY_BYTES);
            default -> random.nextInt(BODY_BYTES);
        };
        long millis = 1 + random.nextInt(1 + random.nextInt((int) LONGEST_PAUSE.toMillis())); // rather short
        return new FaultPlan(fault, at, Duration.ofMillis(millis), random);
    }

    private static Fault draw(SplittableRandom random) {
        int all = Arrays.stream(Fault.values()).mapToInt(fault -> fault.share).sum();
        int drawn = random.nextInt(all);
        for (Fault fault : Fault.values()) {
            drawn -= fault.share;
            if (drawn < 0) {
                return fault;
            }
        }
        throw new AssertionError(drawn);
    }
}
