package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.MessageDelta;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolProgress;
import dev.sluice.tools.RunEvent.ToolStart;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever the order in which words and calls come, both are to be seen whole, and no row in two places. */
class RunViewTest {
    private static final Glyphs RICH = Glyphs.in(StandardCharsets.UTF_8);
    private static final int RUNS = 60;

    private long nanos;

    private RunView live(DrawnTerminal terminal, Terminal size) {
        return new LiveView(new Screen(terminal.out(), size), RICH, () -> nanos);
    }

    /** High enough for all of it, so that nothing scrolls away; and as low as can be. */
    @ParameterizedTest
    @CsvSource({"80, 1000", "40, 1000", "20, 1000", "80, 24", "40, 10", "20, 3", "20, 2"})
    void wordsAndRowsAreAllThereInTheEnd(int columns, int height) {
        var size = new Terminal(columns, height);
        for (int seed = 0; seed < RUNS; seed++) {
            var random = new SplittableRandom(seed);
            List<String> words = words(random);
            int calls = random.nextInt(6);
            var terminal = new DrawnTerminal(size);
            RunView view = live(terminal, size);
            run(random, words, calls).forEach(view::show);

            List<String> lines = terminal.lines();
            assertThat(lines.stream()
                            .filter(line -> !isRow(line) && !line.isEmpty())
                            .collect(Collectors.joining(" ")))
                    .as("seed %d", seed)
                    .isEqualTo(String.join(" ", words));
            for (int call = 0; call < calls; call++) {
                String name = " T" + call;
                String mark = call % 3 == 2 ? "✗" : "✓";
                assertThat(lines.stream().filter(line -> line.contains(name)))
                        .as("seed %d, %s", seed, lines)
                        .filteredOn(line -> height == 1000 || !line.startsWith(" "))
                        .singleElement()
                        .asString()
                        .startsWith(mark + name);
            }
        }
    }

    private static boolean isRow(String line) {
        return line.matches("[ ✓✗] T\\d.*");
    }

    private static List<String> words(SplittableRandom random) {
        return Stream.generate(() -> "abcdefghijklmnop".substring(random.nextInt(14)))
                .limit(random.nextInt(60))
                .toList();
    }

    /** The events of a run in any order that a run may have. */
    private static List<RunEvent> run(SplittableRandom random, List<String> words, int calls) {
        String text = String.join(" ", words);
        var queues = new ArrayList<List<RunEvent>>();
        var said = new ArrayList<RunEvent>();
        for (int from = 0; from < text.length(); ) {
            int to = Math.min(text.length(), from + random.nextInt(1, 6));
            said.add(says(text.substring(from, to)));
            from = to;
        }
        said.add(new RunEvent.MessageStop(Message.EMPTY));
        queues.add(said);
        for (int call = 0; call < calls; call++) {
            var events = new ArrayList<RunEvent>();
            String id = "call_" + call;
            events.add(new ToolStart(id, "T" + call, "{}"));
            IntStream.range(0, random.nextInt(12))
                    .forEach(i -> events.add(new ToolProgress(id, "at " + i, i % 4 == 0 ? null : i * 8)));
            events.add(call % 3 == 2 ? new ToolError(id, "gate", "broken", null) : new ToolComplete(id, "fine"));
            queues.add(events);
        }
        var all = new ArrayList<RunEvent>();
        while (!queues.isEmpty()) {
            List<RunEvent> queue = queues.get(random.nextInt(queues.size()));
            if (queue.isEmpty()) {
                queues.remove(queue);
            } else {
                all.add(queue.removeFirst());
            }
        }
        all.add(new StreamComplete());
        return all;
    }

    private static RunEvent says(String text) {
        return new MessageDelta(new ContentBlockDelta(0, new TextDelta(text)));
    }

    @Test
    void aRowShowsHowFarACallIsAndThenWhatCameOfIt() {
        var size = new Terminal(80, 24);
        var terminal = new DrawnTerminal(size);
        RunView view = live(terminal, size);

        view.show(says("Let me look. "));
        view.show(new ToolStart("a", "sound", "{\"pool\":\"upper pool\"}"));
        view.show(new ToolStart("b", "read_file", "{\"path\":\"gate.log\"}"));
        view.show(new ToolProgress("a", "the lead is down", 50));
        view.show(new ToolProgress("b", "reading", null));
        assertThat(terminal.lines())
                .containsExactly(
                        "Let me look.",
                        "",
                        "  sound upper pool          ████████░░░░░░░░  50 %  the lead is down",
                        "  read_file gate.log                                reading",
                        "");

        nanos = 1_250_000_000;
        view.show(new ToolComplete("a", "2.41 m"));
        view.show(new ToolError("b", "gate", "'gate.log' does not exist", null));
        view.show(says("Well, well"));
        view.show(new RunEvent.MessageStop(Message.EMPTY));
        assertThat(terminal.lines())
                .containsExactly(
                        "Let me look.",
                        "",
                        "✓ sound upper pool          1.25 s  2.41 m",
                        "✗ read_file gate.log        1.25 s  'gate.log' does not exist",
                        "",
                        "Well, well",
                        "");
    }

    @Test
    void onlyWhatHasChangedIsWrittenAndInOneWrite() {
        var size = new Terminal(80, 24);
        var terminal = new DrawnTerminal(size);
        RunView view = live(terminal, size);
        view.show(new ToolStart("a", "sound", "{}"));
        view.show(new ToolStart("b", "sound", "{}"));
        view.show(new ToolProgress("a", "down", 50));
        int before = terminal.writes.size();

        view.show(new ToolProgress("a", "down", 50));
        view.show(new ToolProgress("a", "deeper", 51));
        view.show(says("wor")); // not a whole word yet

        assertThat(terminal.writes.subList(before, terminal.writes.size()))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("\033[2A\r")
                .endsWith("\033[K\033[2B\r");
        assertThat(terminal.writes).last().isEqualTo("\r\n"); // the gap before words
    }

    @Test
    void nothingThatAToolOrTheModelSaysSteersTheTerminal() {
        var size = new Terminal(40, 24);
        var terminal = new DrawnTerminal(size); // which fails if it is steered otherwise
        RunView view = live(terminal, size);
        String evil = "\033[2J\033]0;title\007\u009b31m\b\r\t\u202e";

        view.show(says("words" + evil + " "));
        view.show(new ToolStart("a", "sound" + evil, "{\"pool\":\"" + evil.replaceAll("\\p{Cc}", "\\\\u001b") + "\"}"));
        view.show(new ToolProgress("a", evil, 10));
        view.show(new ToolComplete("a", evil));

        assertThat(terminal.lines()).first().asString().startsWith("words·[2J·]0;title··31m");
    }

    @ParameterizedTest
    @CsvSource({
        "abc, 3, abc",
        "abcd, 3, ab…",
        "abc, 1, …",
        "水門水門, 8, 水門水門",
        "水門水門, 7, 水門水…",
        "水門水門, 6, 水門…",
        "añil, 4, añil",
        "🙂🙂, 3, 🙂…"
    })
    void aTextIsCutToCells(String text, int width, String cut) {
        assertThat(Cells.clipped(text, width, "…")).isEqualTo(cut);
        assertThat(Cells.of(Cells.padded(text, width, "…"))).isEqualTo(width);
    }

    @Test
    void aTurnThatIsTakenBackIsSaidAndBegunAnew() {
        var size = new Terminal(80, 24);
        var terminal = new DrawnTerminal(size);
        RunView view = live(terminal, size);
        var lost = new RunEvent.TurnReset(1, 1, new StreamException.Truncated("cut"));

        view.show(says("Let me see "));
        view.show(new ToolStart("a", "sound", "{\"pool\":\"upper pool\"}"));
        view.show(lost);
        view.show(says("Let me look. "));
        view.show(new ToolStart("b", "sound", "{\"pool\":\"upper pool\"}"));
        view.show(new ToolComplete("b", "2.41 m"));
        view.show(new RunEvent.ToolOrphaned("a", "gate", "{}", "open"));
        assertThat(terminal.lines())
                .containsExactly(
                        "Let me see",
                        "",
                        "✗ sound upper pool          0.00 s  taken back",
                        "— connection lost; asking again —",
                        "",
                        "Let me look.",
                        "",
                        "✓ sound upper pool          0.00 s  2.41 m",
                        "— gate has run for nothing —",
                        "");

        var printed = new ByteArrayOutputStream();
        var out = new PrintStream(printed, true, StandardCharsets.US_ASCII);
        RunView plain = new PlainView(out, Glyphs.in(StandardCharsets.US_ASCII), () -> nanos);
        plain.show(says("Let me lo"));
        plain.show(lost);
        plain.show(says("Let me look."));
        assertThat(printed.toString(StandardCharsets.US_ASCII).replace("\r\n", "\n"))
                .isEqualTo("Let me lo\n-- connection lost; asking again --\nLet me look.");
    }

    @Test
    void inAPipeThereAreLinesAndNothingThatMoves() {
        var printed = new ByteArrayOutputStream();
        var out = new PrintStream(printed, true, StandardCharsets.US_ASCII);
        RunView view = new PlainView(out, Glyphs.in(StandardCharsets.US_ASCII), () -> nanos);

        view.show(says("Let me look."));
        view.show(new ToolStart("a", "sound", "{\"pool\":\"upper pool\"}"));
        for (int percent = 1; percent <= 100; percent++) {
            view.show(new ToolProgress("a", "down", percent));
        }
        view.show(says("Still ta"));
        view.show(new ToolComplete("a", "2.41 m"));
        view.show(says("lking."));
        view.show(new RunEvent.MessageStop(Message.EMPTY));

        assertThat(printed.toString(StandardCharsets.US_ASCII).replace("\r\n", "\n"))
                .isEqualTo("""
                    Let me look.
                      sound upper pool
                      sound upper pool          ####............  25 %  down
                      sound upper pool          ########........  50 %  down
                      sound upper pool          ############....  75 %  down
                      sound upper pool          ################ 100 %  down
                    Still ta
                    + sound upper pool          0.00 s  2.41 m
                    lking.
                    """);
    }
}
