package dev.sluice.json;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** A number, character by character. */
final class PartialNumber {
    /** As many digits as the JSON library reads, for to make a value of them takes more than linear time. */
    private static final int MAX_DIGITS = 1000;

    /** The part that the last character belongs to. */
    private enum Part {
        NOTHING,
        MINUS,
        ZERO,
        WHOLE,
        POINT,
        FRACTION,
        EXPONENT,
        SIGN,
        POWER
    }

    private final StringBuilder text = new StringBuilder();
    private Part part = Part.NOTHING;
    private boolean integer = true;
    private int digits;

    /** Makes it a new number of which nothing has come. */
    void clear() {
        text.setLength(0);
        part = Part.NOTHING;
        integer = true;
        digits = 0;
    }

    /** Takes a character; false, and nothing is taken, if the number cannot continue with it. */
    boolean take(char c) {
        Part next = next(c);
        if (next == null || (digits == MAX_DIGITS && isDigit(c))) {
            return false;
        }
        part = next;
        integer &= next.compareTo(Part.POINT) < 0;
        digits += isDigit(c) && next != Part.ZERO ? 1 : 0;
        text.append(c);
        return true;
    }

    /** Whether it is a number as it stands. */
    boolean isWhole() {
        return switch (part) {
            case ZERO, WHOLE, FRACTION, POWER -> true;
            case NOTHING, MINUS, POINT, EXPONENT, SIGN -> false;
        };
    }

    /** Its value, if it {@link #isWhole}: a {@code Double}, or the smallest integer type that holds it. */
    Number value() {
        String number = text.toString();
        if (!integer) {
            return Double.valueOf(number);
        }
        var value = new BigInteger(number);
        if (value.bitLength() < Integer.SIZE) {
            return value.intValue();
        }
        if (value.bitLength() < Long.SIZE) {
            return value.longValue();
        }
        return value;
    }

    private @Nullable Part next(char c) {
        boolean digit = isDigit(c);
        return switch (part) {
            case NOTHING -> c == '-' ? Part.MINUS : first(c, digit);
            case MINUS -> first(c, digit);
            case ZERO -> pointOrExponent(c);
            case WHOLE -> digit ? Part.WHOLE : pointOrExponent(c);
            case POINT -> digit ? Part.FRACTION : null;
            case FRACTION -> digit ? Part.FRACTION : exponent(c);
            case EXPONENT -> c == '+' || c == '-' ? Part.SIGN : power(digit);
            case SIGN, POWER -> power(digit);
        };
    }

    private static @Nullable Part first(char c, boolean digit) {
        if (!digit) {
            return null;
        }
        return c == '0' ? Part.ZERO : Part.WHOLE;
    }

    private static @Nullable Part pointOrExponent(char c) {
        return c == '.' ? Part.POINT : exponent(c);
    }

    private static @Nullable Part exponent(char c) {
        return c == 'e' || c == 'E' ? Part.EXPONENT : null;
    }

    private static @Nullable Part power(boolean digit) {
        return digit ? Part.POWER : null;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
