package dev.sluice.benchmarks.compare;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** A table of Markdown. */
final class Table {
    private final StringBuilder text = new StringBuilder();

    Table(String... heads) {
        row(List.of(heads));
        text.append('|').append("---|".repeat(heads.length)).append('\n');
    }

    void row(List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    /** A figure with thousands set apart; a dash if there is none. */
    static String number(OptionalDouble figure, int decimals) {
        return figure.isEmpty() || Double.isNaN(figure.getAsDouble())
                ? "–"
                : String.format(Locale.ROOT, "%,." + decimals + "f", figure.getAsDouble());
    }

    /** How many times the one is the other. */
    static String ratio(OptionalDouble of, OptionalDouble to) {
        return of.isEmpty() || to.isEmpty() || to.getAsDouble() == 0
                ? "–"
                : String.format(Locale.ROOT, "%.2f", of.getAsDouble() / to.getAsDouble());
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
