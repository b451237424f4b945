package dev.sluice.benchmarks.wire;

import java.util.Locale;

/**
 * How the server answers, as the first part of the path says: {@code bulk-10000}, {@code tools-5000}, {@code paced-10}.
 *
 * @param kind what is sent, and in which pieces
 * @param count how many deltas; of a paced answer, which does not end, how many per second
 */
public record Shape(Kind kind, int count) {

    /** What is sent, and in which pieces. */
    public enum Kind {
        /** Text deltas, in writes of 16 KB whatever their borders. */
        BULK,
        /** Text deltas, each an HTTP chunk and a write of its own. */
        TINY,
        /** Fragments of a tool's input, in writes of 16 KB. */
        TOOLS,
        /** Text deltas at a steady pace, each with the time it was sent at: see {@link Stamp}. */
        PACED
    }

    /** The shape that a path names. */
    public static Shape of(String path) {
        String[] parts = path.substring(1, path.indexOf('/', 1)).split("-", -1);
        return new Shape(Kind.valueOf(parts[0].toUpperCase(Locale.ROOT)), Integer.parseInt(parts[1]));
    }

    /** The path in front of the API's own. */
    public String path() {
        return "/" + this;
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + "-" + count;
    }
}
