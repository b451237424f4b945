package dev.sluice.client;

import dev.sluice.Timeouts;
import java.time.Duration;
import java.util.stream.Collectors;

/** The page {@code docs/faults.md}, made of the rows that are tested. */
final class FaultPage {
    private static final String HEAD = """
        # What goes wrong, and what you get

        <!-- Made by FaultMatrixTest of the rows that it tests; it fails if this page says something else. To write the page \
        anew: mvn -pl lib/core -am test -Dtest=FaultMatrixTest -Dsurefire.failIfNoSpecifiedTests=false -Dfaults.write -->

        Each row is a fault that lasts: it is there for the request and for each retry. A fault that is retried and has \
        passed by then is not seen at all. Every row is also held to this:

        - The events that were received come first. Then one exception is thrown, of a type of ours.
        - `partial()` is the message so far, and equal to the stream's `snapshot()`.
        - There is one `ERROR` and one `END`, or for a whole answer one `FINAL_MESSAGE` and one `END`.
        - The reader's thread ends. A connection whose response was read to its end serves the next request; any other \
        is closed. The client is as good as new.

        *What you get* is a `StreamException`; its `phase()`, its `limit()`, or its `status()` and `type()` are in brackets.

        *Asked again* is what `RetryDefaults` do: two retries, 0.5 s and 1 s later, each up to a quarter sooner. A delay that \
        the server asks for replaces these, unless it is longer than 60 s. They add to the time that is given for one try. "No, \
        it has begun": `retryable()` is true, but the loop has received the beginning of the answer; `Continuation` can continue \
        from there, and a run with [`retryTurns`](tools.md#turns-that-break-off) can ask again. An answer in the background is [resumed](openai.md#resuming) first. Time limits are those of `Timeouts.defaults()`; [limits.md](limits.md) says how to choose them.
        """;

    private FaultPage() {}

    static String text() {
        return HEAD
                + FaultTables.tables().stream().map(FaultPage::table).collect(Collectors.joining())
                + FaultComparison.section();
    }

    private static String table(FaultTables.Table table) {
        String rows = table.rows().stream()
                .filter(fault -> fault.printed)
                .map(FaultPage::row)
                .collect(Collectors.joining());
        return """

            ## %s

            %s

            | fault | what you get | asked again | what you keep | how long |
            |---|---|---|---|---|
            %s\
            """.formatted(table.title(), table.words(), rows);
    }

    private static String row(Fault fault) {
        return "| %s | %s | %s | %s | %s |\n"
                .formatted(fault.what, gets(fault), askedAgain(fault), keeps(fault), howLong(fault));
    }

    static String gets(Fault fault) {
        return fault.gets.equals(Fault.WHOLE) ? fault.gets : "`" + fault.gets + "`";
    }

    static String askedAgain(Fault fault) {
        if (fault.isRetried()) {
            return (fault.asksTwice ? "at once, then " : "") + "twice";
        }
        if (fault.retryable) {
            return fault.events > 0 ? "no, it has begun" : "no, it is too long";
        }
        return "no";
    }

    private static String keeps(Fault fault) {
        return fault.gets.equals(Fault.WHOLE) ? "all" : fault.events == 0 ? "–" : "all that came";
    }

    private static String howLong(Fault fault) {
        if (fault.limit == null) {
            return fault.wait.isZero() ? "at once" : "as asked";
        }
        Duration limit = Timeouts.defaults().of(fault.limit);
        return "`" + fault.limit + "`: " + (limit.isZero() ? "off unless set" : limit.toSeconds() + " s");
    }
}
