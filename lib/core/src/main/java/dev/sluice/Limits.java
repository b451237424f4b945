package dev.sluice;

import dev.sluice.internal.base.Checks;
import java.util.Locale;

/**
 * How much a peer may send. A size that would be exceeded ends the stream with {@link StreamException.LimitExceeded}
 * before memory is taken for it.
 *
 * @param maxLineBytes the longest line of a response, in bytes
 * @param maxEventBytes the largest event: all its lines together, in bytes; and the largest answer that is not streamed
 * @param maxStreamBytes the largest response, in bytes; 0 for no limit
 */
public record Limits(int maxLineBytes, int maxEventBytes, long maxStreamBytes) {

    /** The quantities that can be limited. */
    public enum Limit {
        /** The events that a stream delivers; see {@link StreamController.Builder#maxChunks}. */
        CHUNKS,
        /** {@link Limits#maxLineBytes}. */
        LINE_BYTES,
        /** {@link Limits#maxEventBytes}. */
        EVENT_BYTES,
        /** {@link Limits#maxStreamBytes}. */
        STREAM_BYTES,
        /** The requests that a rate limiter lets out in its period. */
        REQUESTS,
        /** The tokens that the provider lets an account use in its period. */
        TOKENS,
        /** The streams that a bulkhead lets run at once. */
        STREAMS,
        /** The tokens that a budget has for answers. */
        OUTPUT_TOKENS,
        /** The money that a budget has, in millionths of the unit its prices are in. */
        COST_MICROS,
        /** The requests that a run of tools sends its model. */
        TURNS;

        /** Whether it is met by many requests at once rather than by one answer: then a later request may pass. */
        boolean passes() {
            return this == REQUESTS || this == TOKENS || this == STREAMS;
        }

        /** The limit in words, for messages. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    private static final Limits DEFAULTS = new Limits(8 << 20, 16 << 20, 0);

    /** Checks the ranges. */
    public Limits {
        Checks.atLeast("maxLineBytes", maxLineBytes, 1);
        Checks.atLeast("maxEventBytes", maxEventBytes, 1);
        Checks.atLeast("maxStreamBytes", maxStreamBytes, 0);
    }

    /** Lines of 8 MiB, events of 16 MiB, streams of any size. */
    public static Limits defaults() {
        return DEFAULTS;
    }
}
