package dev.sluice.client;

import static dev.sluice.client.Fault.of;
import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.error;
import static dev.sluice.test.peer.ClaudeWire.event;
import static dev.sluice.test.peer.ClaudeWire.messageDelta;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;

import dev.sluice.Limits;
import dev.sluice.test.peer.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Streams that say what they should not. */
final class ContentFaults {
    private static final Script BEGUN = Script.stream().sse(begin("one ", "two"));
    private static final Limits SMALL = new Limits(1000, 2000, 0);

    private ContentFaults() {}

    static List<Fault> rows() {
        List<Fault> rows = new ArrayList<>();
        for (String type : List.of("overloaded_error", "rate_limit_error", "api_error", "timeout_error")) {
            errors(rows, type, true);
        }
        errors(rows, "invalid_request_error", false);
        errors(rows, "authentication_error", false);
        json(rows);
        order(rows);
        sizes(rows);
        return rows;
    }

    /** An error frame at each place. */
    private static void errors(List<Fault> rows, String type, boolean retryable) {
        String frame = error(type, "because");
        String gets = "ApiError(200 " + type + ")";
        Fault first = of(
                        "`" + type + "` as the first event",
                        Script.stream().sse(frame).stall())
                .gives(gets);
        Fault second = of(
                        "`" + type + "` after a ping",
                        Script.stream().sse(ping(), frame).stall())
                .gives(gets)
                .unprinted();
        Fault middle = of("`" + type + "` in the middle", BEGUN.sse(frame).stall())
                .gives(gets)
                .after(4, "one two");
        Fault last = of(
                        "`" + type + "` after `message_delta`",
                        BEGUN.sse(blockStop(0), messageDelta("end_turn", 2), frame, messageStop())
                                .stall())
                .gives(gets)
                .after(6, "one two")
                .unprinted();
        if (retryable) {
            first.retried();
            second.retried();
            middle.tooLateToRetry();
            last.tooLateToRetry();
        }
        rows.addAll(List.of(first, second, middle, last));
    }

    private static void json(List<Fault> rows) {
        String junk = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"ind\n\n";
        rows.add(of(
                        "the first event is no JSON",
                        Script.stream().sse("data: hello\n\n").stall())
                .gives("ProtocolError"));
        rows.add(strange("an event that is no JSON", junk));
        rows.add(strange(
                "a delta without its content",
                event("content_block_delta", "{\"type\":\"content_block_delta\",\"index\":0}")));
        rows.add(strange(
                "a delta without its index",
                event(
                        "content_block_delta",
                        "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}")));
        rows.add(strange(
                "an index that is a word",
                event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":\"no\"}")));
        rows.add(of(
                        "`message_start` without a message",
                        Script.stream()
                                .sse(event("message_start", "{\"type\":\"message_start\"}"))
                                .stall())
                .gives("ProtocolError"));
    }

    private static void order(List<Fault> rows) {
        rows.add(of(
                        "a delta before `message_start`",
                        Script.stream().sse(text(0, "early")).stall())
                .gives("ProtocolError"));
        rows.add(of(
                        "an end without a beginning",
                        Script.stream().sse(messageStop()).stall())
                .gives("ProtocolError"));
        rows.add(strange("a delta for a block that never began", text(7, "lost")));
        rows.add(strange("the end of a block that never began", blockStop(7)));
        rows.add(strange("a block that begins twice", textStart(0)));
        rows.add(strange("another answer's `message_start`", messageStart().replace("msg_", "msx_")));
        rows.add(of(
                        "`message_start` twice",
                        Script.stream()
                                .sse(messageStart())
                                .sse(answer("one ", "two"))
                                .end())
                .gives(8, "one two")
                .keepsConnection());
        rows.add(of(
                        "data after `message_stop`",
                        Script.stream()
                                .sse(String.join("", answer("one ", "two"))
                                        + text(0, "late")
                                        + error("api_error", "late"))
                                .end())
                .gives(7, "one two")
                .keepsConnection());
        rows.add(of(
                        "events of an unknown kind",
                        Script.stream()
                                .sse(event("zz_event", "{\"type\":\"zz_event\"}"))
                                .sse(answer("one ", "two"))
                                .end())
                .gives(8, "one two")
                .keepsConnection());
    }

    private static void sizes(List<Fault> rows) {
        rows.add(of(
                        "a line that is too long",
                        BEGUN.sse("data: " + "x".repeat(5000)).stall())
                .gives("LimitExceeded(line bytes)")
                .after(4, "one two")
                .within(SMALL));
        rows.add(of("a line without an end", BEGUN.repeat("x".repeat(64_000), 10_000))
                .gives("LimitExceeded(line bytes)")
                .after(4, "one two"));
        rows.add(of(
                        "an event that is too large",
                        BEGUN.sse("data: xxxxxxxxx\n".repeat(500)).stall())
                .gives("LimitExceeded(event bytes)")
                .after(4, "one two")
                .within(SMALL));
        rows.add(of("an event without an end", BEGUN.repeat(("data: " + "x".repeat(1000) + "\n").repeat(64), 10_000))
                .gives("LimitExceeded(event bytes)")
                .after(4, "one two"));
        rows.add(of("a response that is too large", BEGUN.repeat(ping(), 100_000))
                .gives("LimitExceeded(stream bytes)")
                .after(4, "one two")
                .within(new Limits(1000, 2000, 5000)));
        rows.add(of(
                        "10 MB of comments",
                        BEGUN.repeat((": " + "x".repeat(998) + "\n").repeat(100), 100)
                                .sse(blockStop(0), messageDelta("end_turn", 2), messageStop())
                                .end())
                .gives(7, "one two")
                .keepsConnection());
        rows.add(of(
                        "a chunk whose size is no number",
                        BEGUN.pause(Duration.ofMillis(300)).malformedChunk().stall())
                .gives("ConnectionFailed")
                .tooLateToRetry()
                .after(4, "one two"));
    }

    private static Fault strange(String what, String sse) {
        return of(what, BEGUN.sse(sse).stall()).gives("ProtocolError").after(4, "one two");
    }
}
