package dev.sluice.examples;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** A run as lines, for a file or a pipe: a line when a call begins, at each further quarter, and when it ends. */
final class PlainView extends RunView {
    private static final int WIDTH = 100;
    private static final int STEP = 25;

    private final PrintStream out;
    private final Glyphs glyphs;
    private final Map<ToolRow, Integer> told = new HashMap<>();
    private boolean inLine;

    PlainView(PrintStream out, Glyphs glyphs, LongSupplier nanos) {
        super(nanos);
        this.out = out;
        this.glyphs = glyphs;
    }

    @Override
    void text(String piece) {
        if (!piece.isEmpty()) {
            out.print(piece);
            out.flush();
            inLine = !piece.endsWith("\n");
        }
    }

    @Override
    void endWord() {}

    @Override
    void endText() {
        if (inLine) {
            out.println();
            inLine = false;
        }
    }

    @Override
    void note(String words) {
        endText();
        out.println(glyphs.dash() + " " + words + " " + glyphs.dash());
    }

    @Override
    void add(ToolRow row) {
        print(row);
    }

    @Override
    void change(ToolRow row) {
        int quarter = row.percentage() / STEP;
        if (row.ended() || quarter > told.getOrDefault(row, 0)) {
            told.put(row, quarter);
            print(row);
        }
    }

    private void print(ToolRow row) {
        endText();
        out.println(row.line(WIDTH, glyphs));
    }
}
