package dev.sluice.client;

import java.util.List;
import java.util.stream.Collectors;

/** What other clients do about some of the faults, as far as we know. */
final class FaultComparison {
    private static final String HEAD = """

        ## Beside other clients

        As of August 2026, on JDK 25 and Node 20: anthropic-java 2.57.0, anthropic-sdk-typescript 0.120.0, anthropic-python \
        0.121.0, LangChain4j 1.20-SNAPSHOT. Spring AI and Vercel AI are of that month. **Measured** with the published artifact \
        where it says so, otherwise read in their code; not measured again for this page. Newer releases may do better.

        | fault | Sluice | anthropic-java | TypeScript | Python | LangChain4j | Spring AI | Vercel AI |
        |---|---|---|---|---|---|---|---|
        """;

    /**
     * What the peers do.
     *
     * @param fault {@link Fault#what}
     * @param peers in the order of the columns
     */
    private record Row(String fault, String... peers) {}

    private static final List<Row> ROWS = List.of(
            new Row(
                    "status 529",
                    "2 retries",
                    "2 retries",
                    "2 retries",
                    "no retry when streaming",
                    "2 retries",
                    "2 retries"),
            new Row("500 with `x-should-retry: false`", "obeyed", "obeyed", "obeyed", "not read", "obeyed", "not read"),
            new Row(
                    "529 with a `retry-after` date that has passed",
                    "`IllegalArgumentException` reaches the caller (measured)",
                    "–",
                    "ordinary delay",
                    "not read",
                    "as anthropic-java",
                    "–"),
            new Row(
                    "`overloaded_error` as the first event",
                    "not retried (measured)",
                    "not retried",
                    "not retried",
                    "not retried",
                    "not retried",
                    "retried"),
            new Row(
                    "the response ends inside a delta",
                    "ends as if whole; the accumulator throws `IllegalStateException` (measured)",
                    "loop ends as if whole; `finalMessage()` rejects (measured)",
                    "the partial is returned as the final message (measured)",
                    "no callback, ever (measured)",
                    "completes without a finish reason",
                    "finish reason `other`, no error"),
            new Row(
                    "closed inside a chunk",
                    "`AnthropicIoException` (measured)",
                    "`AnthropicError` (measured)",
                    "an exception of httpx, not the SDK's (measured)",
                    "`onError` (measured)",
                    "an error",
                    "an error part"),
            new Row(
                    "the response ends before the last blank line",
                    "dropped (measured)",
                    "dropped (measured)",
                    "dropped, and the message is final (measured)",
                    "taken as an event",
                    "dropped",
                    "dropped (measured)"),
            new Row(
                    "an event stream without an event",
                    "an empty stream",
                    "an error (measured)",
                    "`AssertionError` (measured)",
                    "no callback, ever",
                    "completes",
                    "`NoOutputGeneratedError`"),
            new Row(
                    "an event that is no JSON",
                    "`AnthropicInvalidDataException` (measured)",
                    "an error (measured)",
                    "`JSONDecodeError` (measured)",
                    "left out with a warning; the rest is reported complete (measured)",
                    "an error",
                    "an error part, and continues"),
            new Row(
                    "`overloaded_error` in the middle",
                    "a typed exception",
                    "a typed error; a slow loop misses it and ends normally (measured)",
                    "a typed exception",
                    "`onError`, and then completion too (measured)",
                    "an error",
                    "an error part"),
            new Row(
                    "pings, and never an event",
                    "no such limit",
                    "no such limit",
                    "no such limit",
                    "no such limit",
                    "no such limit",
                    "`firstChunkMs`"),
            new Row(
                    "silence in the middle of the text",
                    "10 min",
                    "no limit: still waiting at five times its timeout (measured)",
                    "10 min; a shorter limit works (measured), and pings renew it",
                    "no limit after the headers with the JDK's client (measured)",
                    "60 s",
                    "`chunkMs`"),
            new Row(
                    "an answer that takes longer than `total`",
                    "10 min unless set, which also ends a healthy stream (measured with 2 s)",
                    "no such limit",
                    "no such limit (measured)",
                    "no such limit",
                    "60 s unless set, which also ends a healthy stream",
                    "`totalMs`, off unless set"));

    private FaultComparison() {}

    static String section() {
        return HEAD + ROWS.stream().map(FaultComparison::line).collect(Collectors.joining());
    }

    private static String line(Row row) {
        Fault fault = FaultTables.named(row.fault);
        String ours = FaultPage.gets(fault) + (fault.events > 0 ? " with the partial" : "") + ", asked again: "
                + FaultPage.askedAgain(fault);
        return "| " + row.fault + " | " + ours + " | " + String.join(" | ", row.peers) + " |\n";
    }
}
