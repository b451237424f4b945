package dev.sluice.examples;

import dev.sluice.StreamException.ApiError;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.MessageDelta;
import dev.sluice.tools.RunEvent.MessageStop;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolOrphaned;
import dev.sluice.tools.RunEvent.ToolProgress;
import dev.sluice.tools.RunEvent.ToolStart;
import dev.sluice.tools.RunEvent.TurnReset;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Shows a run while it goes on: the model's words, and a row for each call of a tool. Used by one thread. */
abstract class RunView {
    private final LongSupplier nanos;
    private final Map<String, ToolRow> rows = new LinkedHashMap<>();

    RunView(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** One that moves where there is a terminal to move on, else one line after another. */
    static RunView on(PrintStream out) {
        Glyphs glyphs = Glyphs.in(out.charset());
        Optional<Terminal> terminal = Terminal.ofThisProcess();
        return terminal.isPresent()
                ? new LiveView(new Screen(out, terminal.get()), glyphs, System::nanoTime)
                : new PlainView(out, glyphs, System::nanoTime);
    }

    /** Shows what happens next. */
    final void show(RunEvent event) {
        switch (event) {
            case MessageDelta(ContentBlockStop stop) -> endWord();
            case MessageDelta delta -> text(delta.text());
            case MessageStop stop -> endText();
            case TurnReset reset -> {
                List.copyOf(rows.keySet()).forEach(call -> end(call, "taken back", false));
                note((reset.failure() instanceof ApiError ? "the model's server failed" : "connection lost")
                        + "; asking again");
            }
            case RunEvent.ApprovalAsked question -> note(question.name() + " waits for an approval");
            case ToolOrphaned orphan -> note(orphan.name() + " has run for nothing");
            case ToolStart start -> {
                var row = new ToolRow(start.name(), start.input(), nanos.getAsLong());
                rows.put(start.id(), row);
                add(row);
            }
            case ToolProgress progress -> {
                ToolRow row = rows.get(progress.id());
                row.progress(progress.message(), progress.percentage());
                change(row);
            }
            case ToolComplete complete -> end(complete.id(), complete.output(), true);
            case ToolError error -> end(error.id(), error.error(), false);
            default -> {}
        }
    }

    private void end(String id, String words, boolean well) {
        ToolRow row = rows.remove(id);
        row.end(words, well, nanos.getAsLong());
        change(row);
    }

    /** Words of the model's come, perhaps none. */
    abstract void text(String piece);

    /** The last word is whole, though nothing follows it. */
    abstract void endWord();

    /** A turn of the model's has ended. */
    abstract void endText();

    /** Something to know, in a line of its own. */
    abstract void note(String words);

    /** A tool has been called. */
    abstract void add(ToolRow row);

    /** It has got further, or to its end. */
    abstract void change(ToolRow row);
}
