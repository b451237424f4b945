package dev.sluice.client;

import static dev.sluice.client.Fault.of;
import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.messageDelta;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.text;

import dev.sluice.Timeouts.Phase;
import dev.sluice.test.peer.Script;
import java.time.Duration;
import java.util.List;

/** Servers that keep the connection and let one wait; and some that only seem to. */
final class SilenceFaults {
    private static final Duration PACE = Duration.ofMillis(20);

    private SilenceFaults() {}

    static List<Fault> rows() {
        Script begun = Script.stream().sse(begin("one ", "two"));
        return List.of(
                of("silence after the headers", Script.stream().stall())
                        .gives("TimedOut(first event)")
                        .retried()
                        .endedBy(Phase.FIRST_EVENT),
                of("pings, and never an event", Script.stream().repeatPaced(ping(), 10_000, PACE))
                        .gives("TimedOut(first event)")
                        .retried()
                        .endedBy(Phase.FIRST_EVENT),
                of(
                                "silence inside the first event",
                                Script.stream().sse("event: message_st").stall())
                        .gives("TimedOut(idle)")
                        .retried()
                        .endedBy(Phase.IDLE),
                of("silence in the middle of the text", begun.stall())
                        .gives("TimedOut(idle)")
                        .tooLateToRetry()
                        .after(4, "one two")
                        .endedBy(Phase.IDLE),
                of(
                                "silence inside an event",
                                begun.sse("event: content_block_delta\ndata: {\"ty")
                                        .stall())
                        .gives("TimedOut(idle)")
                        .tooLateToRetry()
                        .after(4, "one two")
                        .endedBy(Phase.IDLE),
                of(
                                "silence after `message_delta`",
                                begun.sse(blockStop(0), messageDelta("end_turn", 2))
                                        .stall())
                        .gives("TimedOut(idle)")
                        .tooLateToRetry()
                        .after(6, "one two")
                        .endedBy(Phase.IDLE),
                of("nothing but pings in the middle of the text", begun.repeatPaced(ping(), 10_000, PACE))
                        .gives("TimedOut(stall)")
                        .tooLateToRetry()
                        .after(4, "one two")
                        .endedBy(Phase.STALL),
                of("nothing but comments in the middle of the text", begun.repeatPaced(": x\n\n", 10_000, PACE))
                        .gives("TimedOut(stall)")
                        .tooLateToRetry()
                        .after(4, "one two")
                        .endedBy(Phase.STALL),
                of("an event a byte at a time, for ever", begun.trickle(text(0, "x".repeat(10_000)), PACE))
                        .gives("TimedOut(stall)")
                        .tooLateToRetry()
                        .after(4, "one two")
                        .endedBy(Phase.STALL),
                of("an answer that takes longer than `total`", begun.repeatPaced(ping(), 10_000, PACE))
                        .gives("TimedOut(total)")
                        .after(4, "one two")
                        .endedBy(Phase.TOTAL),
                of(
                                "silence after `message_stop`",
                                Script.stream().sse(answer("one ", "two")).stall())
                        .gives(7, "one two"),
                of(
                                "an answer a byte at a time",
                                Script.stream()
                                        .trickle(String.join("", answer("one ", "two")), Duration.ofMillis(1))
                                        .end())
                        .gives(7, "one two")
                        .keepsConnection());
    }
}
