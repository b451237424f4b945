package dev.sluice.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A terminal of a given size, as far as a view uses one: what has been drawn on it, with what has scrolled away. */
final class DrawnTerminal {
    private static final Pattern SEQUENCE = Pattern.compile("\033\\[(\\d*)([ABCKm])");

    final List<String> writes = new ArrayList<>();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
    private final Terminal size;
    private int line;
    private int column;

    DrawnTerminal(Terminal size) {
        this.size = size;
    }

    PrintStream out() {
        return new PrintStream(written, false, StandardCharsets.UTF_8) {
            @Override
            public void flush() {
                super.flush();
                writes.add(written.toString(StandardCharsets.UTF_8));
                written.reset();
                draw(writes.getLast());
            }
        };
    }

    /** All lines, without blanks at their ends. */
    List<String> lines() {
        return lines.stream().map(line -> line.toString().stripTrailing()).toList();
    }

    private void draw(String text) {
        Matcher sequence = SEQUENCE.matcher(text);
        for (int at = 0; at < text.length(); at++) {
            switch (text.charAt(at)) {
                case '\r' -> column = 0;
                case '\n' -> {
                    line++;
                    if (line == lines.size()) {
                        lines.add(new StringBuilder());
                    }
                }
                case '\033' -> {
                    if (!sequence.find(at) || sequence.start() != at) {
                        throw new AssertionError("no sequence of this terminal's: " + text.substring(at));
                    }
                    steer(sequence.group(2), sequence.group(1).isEmpty() ? 1 : Integer.parseInt(sequence.group(1)));
                    at = sequence.end() - 1;
                }
                default -> put(text.charAt(at));
            }
        }
    }

    private void steer(String command, int count) {
        int top = Math.max(0, lines.size() - size.rows());
        switch (command) {
            case "A" -> line = Math.max(top, line - count);
            case "B" -> line = Math.min(lines.size() - 1, line + count);
            case "C" -> column = Math.min(size.columns() - 1, column + count);
            case "K" ->
                lines.get(line).setLength(Math.min(column, lines.get(line).length()));
            default -> {} // a colour
        }
    }

    private void put(char character) {
        if (Character.isISOControl(character) || column >= size.columns() - 1) {
            throw new AssertionError("'" + character + "' in column " + column + " of " + size);
        }
        StringBuilder text = lines.get(line);
        while (text.length() <= column) {
            text.append(' ');
        }
        text.setCharAt(column++, character);
    }
}
