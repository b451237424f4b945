package dev.sluice.transport;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * How long a server asks to wait before the next try: {@code retry-after-ms} in milliseconds, else {@code retry-after} in
 * seconds or as an HTTP date. Numbers may have a fraction. A date that has passed means no wait; a value that is negative or
 * unreadable means nothing. No value is too long here: whether to wait that long is the caller's to decide.
 */
final class RetryAfter {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,12}(\\.[0-9]{0,9})?");

    private RetryAfter() {}

    /**
     * Reads the headers of a response.
     *
     * @param clock says now, from which a date is counted
     */
    static Optional<Duration> of(TransportResponse response, InstantSource clock) {
        return value(response, "retry-after-ms", text -> number(text, 6))
                .or(() -> value(response, "retry-after", RetryAfter::seconds))
                .or(() -> value(response, "retry-after", text -> date(text, clock.instant())));
    }

    /** A number of seconds; empty if the text is none. */
    private static Optional<Duration> seconds(String text) {
        return number(text, 9);
    }

    private static Optional<Duration> value(
            TransportResponse response, String header, Function<String, Optional<Duration>> read) {
        return response.header(header).map(String::strip).flatMap(read);
    }

    /** A decimal number of a unit of ten to that power of nanoseconds. */
    private static Optional<Duration> number(String text, int power) {
        if (!NUMBER.matcher(text).matches()) {
            return Optional.empty();
        }
        BigDecimal seconds = new BigDecimal(text).movePointLeft(9 - power);
        long whole = seconds.longValue();
        long nanos =
                seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue();
        return Optional.of(Duration.ofSeconds(whole, nanos));
    }

    private static Optional<Duration> date(String text, Instant now) {
        try {
            Duration wait = Duration.between(now, DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
