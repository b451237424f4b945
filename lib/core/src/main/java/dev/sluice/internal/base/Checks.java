package dev.sluice.internal.base;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Checks numbers and times that a caller sets. The exception names the setting, the value, and what is allowed. */
public final class Checks {
    private static final String LIKELY = "; if it comes from an environment variable, that one is probably not set";

    private Checks() {}

    /** Gives the value back if it is not less than the least one that is allowed. */
    public static int atLeast(String name, int value, int least) {
        return (int) atLeast(name, (long) value, least);
    }

    /** Gives the value back if it is not less than the least one that is allowed. */
    public static long atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": " + value + ", must be at least " + least);
        }
        return value;
    }

    /** Gives the text back if there is one. */
    public static String given(String name, @Nullable String value) {
        return Objects.requireNonNull(value, () -> name + ": is null" + LIKELY);
    }

    /** Gives the text back if there is one and it has more than blanks. */
    public static String notBlank(String name, @Nullable String value) {
        String text = given(name, value);
        if (text.isBlank()) {
            throw new IllegalArgumentException(name + ": must not be blank" + LIKELY);
        }
        return text;
    }

    /**
     * Gives the time back if it is not negative.
     *
     * @param zero what zero means, such as "no limit"
     */
    public static Duration notNegative(String name, Duration value, String zero) {
        if (Objects.requireNonNull(value, name).isNegative()) {
            throw new IllegalArgumentException(name + ": " + value + ", must not be negative (zero: " + zero + ")");
        }
        return value;
    }

    /** Gives the time back if it is longer than zero. */
    public static Duration positive(String name, Duration value) {
        if (!Objects.requireNonNull(value, name).isPositive()) {
            throw new IllegalArgumentException(name + ": " + value + ", must be longer than zero");
        }
        return value;
    }
}
