package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.event;
import static dev.sluice.test.peer.ClaudeWire.inputJson;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.toolStart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.FakeTime;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.internal.Deadlines;
import dev.sluice.test.peer.Script;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What ends a silence: any byte for {@code idle}, something to show for {@code stall} and {@code firstEvent}. */
@Timeout(60)
class SilenceTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(6);

    @ParameterizedTest
    @CsvSource({
        // what comes every 6 s under a limit of 10 s; whether it ends the wait that each limit is about
        "COMMENT, FIRST_EVENT, false",
        "PING, FIRST_EVENT, false",
        "START, FIRST_EVENT, true",
        "UNKNOWN, FIRST_EVENT, true",
        "COMMENT, IDLE, true",
        "PING, IDLE, true",
        "EMPTY_TEXT, IDLE, true",
        "HALF_A_LINE, IDLE, true",
        "TEXT, IDLE, true",
        "COMMENT, STALL, false",
        "PING, STALL, false",
        "EMPTY_TEXT, STALL, false",
        "HALF_A_LINE, STALL, false",
        "TEXT, STALL, true",
        "INPUT, STALL, true",
        "UNKNOWN, STALL, true",
    })
    void endsWithWhatItsLimitIsAbout(What what, Phase phase, boolean ends) {
        var time = new FakeTime();
        var first = new CountDownLatch(1);
        var second = new CountDownLatch(1);
        var last = new CountDownLatch(1);
        String begun = phase == Phase.FIRST_EVENT ? "" : String.join("", begin("a")) + toolStart(1, "toolu_1", "n");
        Script head = begun.isEmpty() ? Script.stream() : Script.stream().sse(begun);
        Script script = head.gate(first)
                .sse(what.sse)
                .gate(second)
                .sse(what.sse)
                .gate(last)
                .sse(ping())
                .stall();
        try (var fixture = ClientFixture.with(
                        settings -> settings.time(time).timeouts(Timeouts.none().with(phase, LIMIT)), script);
                var stream = fixture.stream()) {
            stream.response();
            awaitRead(stream, length(begun));
            time.advance(PAUSE);
            first.countDown();
            awaitRead(stream, length(begun) + length(what.sse));
            time.advance(PAUSE);
            if (ends) {
                second.countDown();
                awaitRead(stream, length(begun) + 2 * length(what.sse));
                time.advance(LIMIT);
            }
            if (ends && phase == Phase.FIRST_EVENT) {
                last.countDown();
                awaitRead(stream, 2 * length(what.sse) + length(ping()));
            } else {
                assertThat(ClientFixture.collect(stream).failure())
                        .isInstanceOfSatisfying(
                                TimedOut.class, e -> assertThat(e.phase()).isEqualTo(phase));
            }
        }
    }

    // no limit of ours cuts a healthy stream
    @Test
    void aStreamThatGoesOnIsNeverCutHoweverLongItTakes() {
        var time = new FakeTime();
        List<TimedOut> fired = new ArrayList<>();
        var deadlines = new Deadlines(time, Timeouts.defaults(), fired::add);
        deadlines.start();
        deadlines.beginRequest(fired::add);
        deadlines.headersArrived();
        for (int minute = 0; minute < 24 * 60; minute++) {
            deadlines.waiting();
            time.advance(Duration.ofSeconds(59));
            deadlines.received();
            deadlines.content();
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(fired).isEmpty();
        deadlines.waiting();
        time.advance(Duration.ofSeconds(60));
        assertThat(fired).as("but one that stops is").singleElement().matches(e -> e.phase() == Phase.IDLE);
    }

    /** Waits until the reader has read so much and waits for more. */
    private static void awaitRead(MessageStream stream, long bytes) {
        var soon = Awaitility.with().pollDelay(Duration.ofMillis(5)).pollInterval(Duration.ofMillis(2));
        soon.await().until(() -> stream.metrics().bytes() == bytes);
        soon.await().until(() -> stream.reader().getState() == Thread.State.WAITING);
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What a server may send. */
    enum What {
        COMMENT(": still here\n\n"),
        PING(ping()),
        START(messageStart()),
        TEXT(text(0, "b")),
        INPUT(inputJson(1, "{")),
        EMPTY_TEXT(text(0, "")),
        HALF_A_LINE("data: {"),
        UNKNOWN(event("zz_event", "{\"type\":\"zz_event\"}"));

        final String sse;

        What(String sse) {
            this.sse = sse;
        }
    }
}
