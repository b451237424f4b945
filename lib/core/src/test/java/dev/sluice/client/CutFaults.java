package dev.sluice.client;

import static dev.sluice.client.Fault.of;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.messageDelta;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Answers that stop before their end. */
final class CutFaults {
    private static final String[] ANSWER = {
        messageStart(),
        textStart(0),
        text(0, "one "),
        text(0, "zwölf"),
        blockStop(0),
        messageDelta("end_turn", 2),
        messageStop()
    };

    private static final byte[] WHOLE = String.join("", ANSWER).getBytes(UTF_8);

    private CutFaults() {}

    static List<Fault> rows() {
        List<Fault> rows = new ArrayList<>();
        cut(rows, "just after the headers", 0, 0, "");
        cut(rows, "inside the first event", before(1) / 2, 0, "");
        cut(rows, "after `message_start`", before(1), 1, "");
        cut(rows, "inside a delta", before(3) + 40, 3, "one ");
        cut(rows, "inside a character", inside("ö"), 3, "one ");
        cut(rows, "after `content_block_stop`", before(5), 5, "one zwölf");
        cut(rows, "after `message_delta`", before(6), 6, "one zwölf");
        cut(rows, "inside `message_stop`", before(6) + 30, 6, "one zwölf");
        cut(rows, "before the last blank line", WHOLE.length - 1, 6, "one zwölf");
        framing(rows);
        return rows;
    }

    /** One place, and the three ways to stop there. */
    private static void cut(List<Fault> rows, String where, int at, int events, String partial) {
        Script begun = at == 0 ? Script.stream() : Script.stream().sse(Arrays.copyOf(WHOLE, at));
        rows.add(of("the response ends " + where, begun.end())
                .gives("Truncated")
                .after(events, partial)
                .keepsConnection());
        rows.add(of("the connection is closed " + where, begun.cut())
                .gives("ConnectionFailed")
                .after(events, partial));
        rows.add(of("the connection is reset " + where, begun.reset())
                .gives("ConnectionFailed")
                .after(events, partial));
        for (Fault row : rows.subList(rows.size() - 3, rows.size())) {
            if (events == 0) {
                row.retried();
            } else {
                row.tooLateToRetry();
            }
        }
    }

    private static void framing(List<Fault> rows) {
        Script begun = Script.stream().sse(ClaudeWire.begin("one ", "two"));
        rows.add(broken("closed inside a chunk", begun.cutInsideChunk("event: mess")));
        rows.add(broken("closed inside the size of a chunk", begun.raw("1").cut()));
        rows.add(broken("half-closed: FIN, and the server listens on", begun.halfClose()));
        rows.add(broken(
                "closed before the length that was promised",
                Script.empty()
                        .head(200, "content-type", "text/event-stream", "content-length", "9999")
                        .sse(ClaudeWire.begin("one ", "two"))
                        .cut()));
        rows.add(of(
                        "closed where the close is the only end",
                        Script.empty()
                                .head(200, "content-type", "text/event-stream", "connection", "close")
                                .sse(ClaudeWire.begin("one ", "two"))
                                .cut())
                .gives("Truncated")
                .tooLateToRetry()
                .after(4, "one two"));
        rows.add(of("closed after pings", Script.stream().sse(ping(), ping()).cut())
                .gives("ConnectionFailed")
                .retried());
        Script whole = Script.stream().sse(ClaudeWire.answer("one ", "two"));
        rows.add(of("closed after `message_stop`", whole.cut()).gives(7, "one two"));
        rows.add(of("reset after `message_stop`", whole.reset()).gives(7, "one two"));
    }

    private static Fault broken(String what, Script script) {
        return of(what, script).gives("ConnectionFailed").tooLateToRetry().after(4, "one two");
    }

    /** Where an event begins. */
    private static int before(int event) {
        return String.join("", Arrays.copyOf(ANSWER, event)).getBytes(UTF_8).length;
    }

    private static int inside(String character) {
        String all = String.join("", ANSWER);
        return all.substring(0, all.indexOf(character)).getBytes(UTF_8).length + 1;
    }
}
