package dev.sluice.examples;

import java.io.PrintStream;

/**
 * The part of a terminal that is written from now on: words that are broken between lines, and rows that can be replaced
 * later. Each change is one write, of what has changed and no more, so nothing flickers.
 */
final class Screen {
    private final PrintStream out;
    private final Terminal terminal;
    private final StringBuilder word = new StringBuilder();
    private final StringBuilder pending = new StringBuilder();
    private int line;
    private int column;
    private boolean blank;

    Screen(PrintStream out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** How many cells a line may have: one less than there are, because terminals differ in what the last one does. */
    int width() {
        return terminal.columns() - 1;
    }

    /** Writes words on. A word is written when its end has come, so that it need not be broken. */
    void text(String piece) {
        piece.codePoints().forEach(character -> {
            if (character == '\n') {
                writeWord();
                newLine();
            } else if (Character.isWhitespace(character)) {
                writeWord();
                blank = column > 0;
            } else {
                word.appendCodePoint(Cells.steers(character) ? '·' : character);
                if (Cells.of(character) == 2 || Cells.of(word.toString()) >= width()) {
                    writeWord(); // of such characters each may stand in a line of its own
                }
            }
        });
        flush();
    }

    private void writeWord() {
        int cells = Cells.of(word.toString());
        if (cells == 0) {
            return;
        }
        int gap = blank ? 1 : 0;
        if (column > 0 && column + gap + cells > width()) {
            newLine();
            gap = 0;
        }
        pending.append(" ".repeat(gap)).append(word);
        column += gap + cells;
        blank = false;
        word.setLength(0);
    }

    private void newLine() {
        pending.append("\r\n"); // also right where the terminal does not add the return
        line++;
        column = 0;
        blank = false;
    }

    /** The word is whole, though its end has not come. */
    void endWord() {
        writeWord();
        flush();
    }

    /** Ends the line if something stands in it. A word whose end has not come is kept for the next one. */
    void endLine() {
        if (column > 0) {
            newLine();
        }
        flush();
    }

    /** Writes a row in a line of its own, which must fit; returns its place. */
    int row(String row) {
        endLine();
        int place = line;
        pending.append(row);
        newLine();
        flush();
        return place;
    }

    /** Writes another row in its place; false if that can no longer be reached. */
    boolean replace(int place, String row) {
        int up = line - place;
        if (up >= terminal.rows()) {
            return false;
        }
        pending.append("\033[").append(up).append("A\r").append(row).append("\033[K");
        pending.append("\033[").append(up).append("B\r");
        if (column > 0) {
            pending.append("\033[").append(column).append('C');
        }
        flush();
        return true;
    }

    private void flush() {
        if (!pending.isEmpty()) {
            out.print(pending);
            out.flush();
            pending.setLength(0);
        }
    }
}
