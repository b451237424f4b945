package dev.sluice;

import dev.sluice.internal.base.Checks;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How long each phase of a stream may take. {@link Duration#ZERO} switches a limit off. A limit that is met ends the
 * stream with {@link StreamException.TimedOut}, which names the phase.
 *
 * @param connect until there is a connection; belongs to the transport, so it is the client's and not one stream's
 * @param headers from sending the request until the response's headers are there, getting credentials and connecting
 *     included
 * @param firstEvent from the headers until the first event that is no ping: a model may think before it speaks
 * @param idle the longest silence: no byte at all while the reader waits for one
 * @param stall the longest wait for something to show: no event but pings
 * @param total the whole stream, retries and their delays included
 */
public record Timeouts(
        Duration connect, Duration headers, Duration firstEvent, Duration idle, Duration stall, Duration total) {

    /** A phase of a stream that has a limit of its own. */
    public enum Phase {
        /** Waiting for a connection. */
        CONNECT,
        /** Waiting for the response's headers. */
        HEADERS,
        /** Waiting for the first event that is no ping. */
        FIRST_EVENT,
        /** Waiting for a byte. */
        IDLE,
        /** Waiting for an event that is no ping. */
        STALL,
        /** The stream as a whole. */
        TOTAL;

        /** The phase in words, for messages. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** The time that the vendors' own clients wait for one. */
    private static final Duration WHOLE = Duration.ofMinutes(10);

    private static final Timeouts DEFAULTS = new Timeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(120),
            Duration.ofSeconds(60),
            Duration.ZERO,
            Duration.ZERO);

    private static final Timeouts NONE =
            new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** Checks that none is negative. */
    public Timeouts {
        Checks.notNegative("connect", connect, "off");
        Checks.notNegative("headers", headers, "off");
        Checks.notNegative("firstEvent", firstEvent, "off");
        Checks.notNegative("idle", idle, "off");
        Checks.notNegative("stall", stall, "off");
        Checks.notNegative("total", total, "off");
    }

    /** Connect 10 s, headers 60 s, first event 120 s, idle 60 s; stall and total off. */
    public static Timeouts defaults() {
        return DEFAULTS;
    }

    /** No limit at all. A stream with these can wait for ever. */
    public static Timeouts none() {
        return NONE;
    }

    /** {@link #defaults()}, to be changed by name. */
    public static Builder builder() {
        return new Builder();
    }

    /** The limit of a phase; zero if it is off. */
    public Duration of(Phase phase) {
        return switch (phase) {
            case CONNECT -> connect;
            case HEADERS -> headers;
            case FIRST_EVENT -> firstEvent;
            case IDLE -> idle;
            case STALL -> stall;
            case TOTAL -> total;
        };
    }

    /** These limits with another one for a phase. */
    public Timeouts with(Phase phase, Duration limit) {
        return new Timeouts(
                phase == Phase.CONNECT ? limit : connect,
                phase == Phase.HEADERS ? limit : headers,
                phase == Phase.FIRST_EVENT ? limit : firstEvent,
                phase == Phase.IDLE ? limit : idle,
                phase == Phase.STALL ? limit : stall,
                phase == Phase.TOTAL ? limit : total);
    }

    /**
     * These limits for an answer that is not streamed. Its head comes when all of it has been made. So one wait
     * replaces two: the longest of {@code headers}, {@code firstEvent} and ten minutes, which is as long as servers
     * take for such an answer. It is never off. If you have less time, set {@code total}.
     */
    public Timeouts whole() {
        Duration longest = Stream.of(headers, firstEvent, WHOLE)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return with(Phase.HEADERS, longest).with(Phase.FIRST_EVENT, longest);
    }

    /** Collects {@link Timeouts}; what is not set is that of {@link #defaults()}. Not for use by several threads. */
    public static final class Builder {
        private Timeouts set = DEFAULTS;

        private Builder() {}

        /** The longest wait for a connection. */
        public Builder connect(Duration limit) {
            return with(Phase.CONNECT, limit);
        }

        /** The longest wait for the response's headers. */
        public Builder headers(Duration limit) {
            return with(Phase.HEADERS, limit);
        }

        /** The longest wait for the first event that is no ping. */
        public Builder firstEvent(Duration limit) {
            return with(Phase.FIRST_EVENT, limit);
        }

        /** The longest wait for a byte. */
        public Builder idle(Duration limit) {
            return with(Phase.IDLE, limit);
        }

        /** The longest wait for an event that is no ping; off if nothing is set. */
        public Builder stall(Duration limit) {
            return with(Phase.STALL, limit);
        }

        /** The longest time of the stream as a whole; off if nothing is set. */
        public Builder total(Duration limit) {
            return with(Phase.TOTAL, limit);
        }

        private Builder with(Phase phase, Duration limit) {
            set = set.with(phase, limit);
            return this;
        }

        /** The timeouts. */
        public Timeouts build() {
            return set;
        }
    }
}
