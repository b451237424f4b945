package dev.sluice.client;

import java.util.List;
import java.util.stream.Stream;

/** All faults, in the order of the page. */
final class FaultTables {
    /**
     * A table of the page.
     *
     * @param title its heading
     * @param words what to know before reading it
     * @param rows its faults
     */
    record Table(String title, String words, List<Fault> rows) {}

    private static final List<Table> TABLES = List.of(
            new Table("Before there is a response", """
                A failure of TLS is final, and so is a head that is not HTTP's; every other one may pass. A connection that \
                ends before the first byte of a response may have been a kept one that the server had closed. So one request \
                of a stream is sent again at once, beside the retries. WireMock's faults are among these rows and give the same.\
                """, ConnectingFaults.rows()),
            new Table("A response that is no stream", """
                The same with a web page or with nothing in place of Claude's JSON: then `type()` is empty and `rawBody()` \
                has what came.\
                """, StatusFaults.rows()),
            new Table("Cut off", """
                An answer is whole with its `message_stop`, and not without. The events before the cut come first. \
                (Save what the JDK's client has read together with a malformed chunk: that it throws away.)\
                """, CutFaults.rows()),
            new Table(
                    "Silence",
                    "Each limit is about the server's silence: a slow consumer meets none of them but `total`.",
                    SilenceFaults.rows()),
            new Table("Strange content", """
                An error event says by its type whether it may pass. One that comes first, or after pings, counts as no \
                answer yet; one after `message_delta` is an error like one in the middle.\
                """, ContentFaults.rows()));

    private FaultTables() {}

    static List<Table> tables() {
        return TABLES;
    }

    static Stream<Fault> all() {
        return TABLES.stream().flatMap(table -> table.rows().stream());
    }

    static Fault named(String what) {
        return all().filter(fault -> fault.what.equals(what)).findFirst().orElseThrow();
    }
}
