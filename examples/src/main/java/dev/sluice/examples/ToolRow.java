package dev.sluice.examples;

import dev.sluice.json.PartialJson;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is to be seen of one call: a bar while it runs, then how it ended, how long it took and what came of it. */
final class ToolRow {
    private static final int NARROW = 60;
    private static final int LONGEST_LABEL = 24;
    private static final int SHORTEST_MESSAGE = 8;

    private final String label;
    private final long started;
    private @Nullable Integer percentage;
    private String message = "";
    private double seconds;
    private State state = State.RUNS;

    private enum State {
        RUNS,
        DONE,
        FAILED
    }

    ToolRow(String name, String input, long nanos) {
        label = name + " " + values(input);
        started = nanos;
    }

    private static String values(String input) {
        return PartialJson.parse(input) instanceof Map<?, ?> fields
                ? fields.values().stream().map(String::valueOf).collect(Collectors.joining(", "))
                : input;
    }

    void progress(String words, @Nullable Integer part) {
        message = words;
        percentage = part;
    }

    void end(String words, boolean well, long nanos) {
        state = well ? State.DONE : State.FAILED;
        message = words.contains("\n") ? words.length() + " characters" : words;
        seconds = (nanos - started) / 1e9;
    }

    boolean ended() {
        return state != State.RUNS;
    }

    boolean failed() {
        return state == State.FAILED;
    }

    /** What part is done; -1 if it is not known. */
    int percentage() {
        return percentage == null ? -1 : percentage;
    }

    /** In so many cells at most. */
    String line(int width, Glyphs glyphs) {
        String mark = switch (state) {
            case RUNS -> " ";
            case DONE -> glyphs.done();
            case FAILED -> glyphs.failed();
        };
        int labelWidth = Math.clamp(width / 2L - 4, 1, LONGEST_LABEL);
        String head = mark + " " + Cells.padded(label, labelWidth, glyphs.more()) + "  ";
        String tail = ended() ? String.format(Locale.ROOT, "%.2f s", seconds) : bar(width < NARROW ? 8 : 16, glyphs);
        int left = width - Cells.of(head) - Cells.of(tail) - 2;
        String told = left >= SHORTEST_MESSAGE ? "  " + Cells.clipped(message, left, glyphs.more()) : "";
        return Cells.clipped(head + tail + told, width, glyphs.more()).stripTrailing();
    }

    private String bar(int cells, Glyphs glyphs) {
        if (percentage == null) {
            return " ".repeat(cells + 6);
        }
        int full = cells * percentage / 100;
        return glyphs.full().repeat(full)
                + glyphs.empty().repeat(cells - full)
                + String.format(Locale.ROOT, " %3d %%", percentage);
    }
}
