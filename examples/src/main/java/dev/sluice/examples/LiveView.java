package dev.sluice.examples;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** A run on a terminal: the row of each call stays where it is and changes there, while words go on below it. */
final class LiveView extends RunView {
    private static final String GREEN = "\033[32m";
    private static final String RED = "\033[31m";
    private static final String DEFAULT = "\033[39m";

    private final Screen screen;
    private final Glyphs glyphs;
    private final Map<ToolRow, Integer> lines = new HashMap<>();
    private final Map<ToolRow, String> drawn = new HashMap<>();
    private Last last = Last.NOTHING;

    private enum Last {
        NOTHING,
        WORDS,
        ROW
    }

    LiveView(Screen screen, Glyphs glyphs, LongSupplier nanos) {
        super(nanos);
        this.screen = screen;
        this.glyphs = glyphs;
    }

    @Override
    void text(String piece) {
        if (!piece.isEmpty()) {
            gap(Last.WORDS);
            screen.text(piece);
        }
    }

    @Override
    void endWord() {
        screen.endWord();
    }

    @Override
    void endText() {
        screen.endWord();
        screen.endLine();
    }

    @Override
    void note(String words) {
        screen.endWord();
        gap(Last.ROW);
        screen.row(Cells.clipped(glyphs.dash() + " " + words + " " + glyphs.dash(), screen.width(), glyphs.more()));
    }

    @Override
    void add(ToolRow row) {
        gap(Last.ROW);
        String line = line(row);
        lines.put(row, screen.row(line));
        drawn.put(row, line);
    }

    /** An empty line between words and rows. */
    private void gap(Last next) {
        if (last != next) {
            screen.endLine();
            if (last != Last.NOTHING) {
                screen.row("");
            }
            last = next;
        }
    }

    @Override
    void change(ToolRow row) {
        String line = line(row);
        if (!line.equals(drawn.put(row, line)) && !screen.replace(lines.get(row), line) && row.ended()) {
            add(row); // its place has been scrolled away: that it has ended must still be seen
        }
    }

    private String line(ToolRow row) {
        String line = row.line(screen.width(), glyphs);
        if (!row.ended()) {
            return line;
        }
        return (row.failed() ? RED : GREEN) + line.charAt(0) + DEFAULT + line.substring(1);
    }
}
