package dev.sluice.examples.tools;

import java.util.Locale;

/** Sizes in bytes, as people say them. */
final class Sizes {
    private static final int KILO = 1000;

    private Sizes() {}

    static String of(long bytes) {
        if (bytes < KILO) {
            return bytes + " bytes";
        }
        return bytes < KILO * KILO
                ? String.format(Locale.ROOT, "%.1f KB", bytes / (double) KILO)
                : String.format(Locale.ROOT, "%.1f MB", bytes / (double) (KILO * KILO));
    }

    /** What part of a size has come, in percent; 100 at most, also if more comes than was announced. */
    static int percent(long come, long size) {
        return size <= 0 ? 100 : (int) Math.min(100, come * 100 / size);
    }
}
