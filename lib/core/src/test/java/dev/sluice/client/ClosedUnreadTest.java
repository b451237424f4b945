package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.error;
import static dev.sluice.test.peer.ClaudeWire.event;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.message.StreamEvent;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream that is closed before it was read, or read to a point. */
@Timeout(30)
class ClosedUnreadTest {

    @Test
    void aBlockThatReadsNothingLeavesNoConnection() {
        try (var fixture = ClientFixture.with(Script.stream().sse(begin("a")).stall())) {
            try (var stream = fixture.stream()) {
                stream.response();
            }
            fixture.peer.awaitGone(Duration.ofSeconds(2));
        }
    }

    @Test
    void afterTheCloseThereIsNothingToIterate() {
        try (var fixture = ClientFixture.with(Script.stream().sse(begin("a")).stall())) {
            var calls = new AtomicInteger();
            var stream = fixture.stream(
                    StreamController.builder().onCancel(calls::incrementAndGet).build());
            stream.close();
            stream.close();
            assertThat(stream.iterator().hasNext()).isFalse();
            stream.done();
            assertThat(stream.isAborted()).isTrue();
            Awaitility.await().until(() -> calls.get() > 0);
            assertThat(calls).as("closed twice, cancelled once").hasValue(1);
            assertThatThrownBy(stream::finalMessage).isInstanceOf(StreamException.Cancelled.class);
        }
    }

    @Test
    void afterFiveEventsNothingComesButTheEnd() {
        try (var fixture = ClientFixture.with(
                        Script.stream().sse(begin("a", "b", "c", "d", "e")).stall());
                var stream = fixture.stream()) {
            List<String> log = new ArrayList<>();
            stream.on(Signal.CONNECT, head -> log.add("connect"))
                    .on(Signal.STREAM_EVENT, (event, all) -> log.add("event"))
                    .on(Signal.ERROR, failure -> log.add("error"))
                    .on(Signal.ABORT, why -> log.add("abort"))
                    .on(Signal.END, () -> log.add("end"));
            int events = 0;
            for (StreamEvent event : stream) {
                if (++events == 5) {
                    stream.cancel("enough");
                }
            }
            assertThat(events).isEqualTo(5);
            assertThat(log).containsExactly("connect", "event", "event", "event", "event", "event", "abort", "end");
            assertThat(stream.snapshot().text()).isEqualTo("abc");
        }
    }

    @Test
    void aChunkLimitCountsEveryEventWhateverItCarries() {
        String unknown = event("zz_event", "{\"type\":\"zz_event\"}");
        try (var fixture = ClientFixture.with(Script.stream()
                        .sse(ping(), unknown, text(0, ""), ": comment\n\n", ping())
                        .sse(begin("a"))
                        .stall());
                var stream = fixture.stream(StreamController.withChunkLimit(4))) {
            assertThatThrownBy(() -> stream.await(Signal.TEXT)).isInstanceOf(StreamException.LimitExceeded.class);
            assertThat(stream.snapshot().id()).as("the fourth").isEqualTo(ClaudeWire.MESSAGE_ID);
            assertThat(stream.snapshot().content()).isEmpty();
        }
    }

    @Test
    void theReasonOfACancelReachesWhoeverAsks() {
        try (var fixture = ClientFixture.with(Script.stream().sse(begin("a")).stall());
                var stream = fixture.stream()) {
            List<String> why = new ArrayList<>();
            stream.on(Signal.ABORT, e -> why.add(((StreamException.Cancelled) e).reason()));
            stream.await(Signal.TEXT);
            stream.cancel("user pressed stop");
            stream.cancel("and again");
            stream.done();
            assertThat(why).containsExactly("user pressed stop");
            assertThat(stream.endReason()).contains(new Cancelled("user pressed stop"));
            assertThat(stream.controller().cancelReason()).contains("user pressed stop");
        }
    }

    // a failure that nobody came to hear of is told to the handlers at the close
    @Test
    void aFailureBeforeAnythingCameIsToldAtTheClose() {
        try (var fixture = ClientFixture.with(Script.json(401, "{\"error\":{\"type\":\"authentication_error\"}}"))) {
            var stream = fixture.stream();
            List<StreamException> told = new ArrayList<>();
            stream.on(Signal.ERROR, told::add);
            Awaitility.await().until(() -> !stream.reader().isAlive());
            assertThat(stream.isErrored()).isTrue();
            stream.close();
            assertThat(told).hasSize(1);
        }
    }

    @Test
    void waitingAfterAFailureDoesNotWait() {
        try (var fixture = ClientFixture.with(Script.stream()
                        .sse(begin("a"))
                        .sse(error("api_error", "x"))
                        .stall());
                var stream = fixture.stream()) {
            RuntimeException failure = ClientFixture.collect(stream).failure();
            assertThat(failure).isNotNull();
            for (Signal<?, ?> signal : List.of(Signal.TEXT, Signal.MESSAGE, Signal.FINAL_MESSAGE, Signal.ABORT)) {
                assertThatThrownBy(() -> stream.await(signal))
                        .as(signal.toString())
                        .isSameAs(failure);
            }
            assertThat(stream.await(Signal.CONNECT)).isPresent();
            assertThat(stream.await(Signal.END)).isEmpty();
        }
    }
}
