package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Failed;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.test.peer.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end is told once, last, to everybody; and what it carries is whole, whoever asks and whenever. */
@Timeout(10)
class EndSignalTest {
    private static final Script TALKING = Script.stream().sse(begin("a", "b")).stall();

    @Test
    void nothingFollowsTheEndThoughAHandlerClosesTheStream() {
        try (var fixture = ClientFixture.with(TALKING)) {
            MessageStream stream = fixture.stream();
            List<String> log = new ArrayList<>();
            stream.on(Signal.STREAM_EVENT, (event, all) -> {
                if (all.text().equals("a")) {
                    stream.close();
                }
            });
            stream.on(Signal.TEXT, (words, all) -> log.add("text"));
            stream.on(Signal.ABORT, why -> log.add("abort"));
            stream.on(Signal.END, () -> log.add("end"));
            stream.await(Signal.TEXT);
            assertThat(log).containsExactly("text", "abort", "end");
            stream.done();
            stream.close();
            assertThat(log).containsExactly("text", "abort", "end");
        }
    }

    @Test
    void theEndIsToldThoughTheStreamIsClosedElsewhereDuringTheLastStep() {
        try (var fixture = ClientFixture.with(TALKING)) {
            MessageStream stream = fixture.stream();
            var ends = new AtomicInteger();
            stream.on(Signal.END, ends::incrementAndGet);
            stream.on(Signal.TEXT, (words, all) -> join(Thread.ofVirtual().start(stream::close)));
            stream.await(Signal.TEXT); // and nobody asks for more
            assertThat(ends).hasValue(1);
        }
    }

    @Test
    void everyHandlerOfTheEndIsToldThoughOneThrows() {
        try (var fixture = ClientFixture.with(Script.stream(answer("a")));
                var stream = fixture.stream()) {
            var ends = new AtomicInteger();
            stream.on(Signal.END, () -> {
                ends.incrementAndGet();
                throw new IllegalStateException("first");
            });
            stream.on(Signal.END, ends::incrementAndGet);
            assertThatThrownBy(stream::done).hasMessage("first");
            assertThat(ends).hasValue(2);
        }
    }

    @Test
    void whatAHandlerThrewIsNotHiddenByWhatTheHandlersOfTheEndThrow() {
        try (var fixture = ClientFixture.with(TALKING);
                var stream = fixture.stream()) {
            var mine = new IllegalArgumentException("mine");
            var second = new IllegalStateException("second");
            var third = new IllegalStateException("third");
            stream.on(Signal.TEXT, (words, all) -> {
                throw mine;
            });
            stream.on(Signal.ABORT, why -> {
                throw second;
            });
            stream.on(Signal.END, () -> {
                throw third;
            });
            assertThatThrownBy(stream::done).isSameAs(mine);
            assertThat(mine.getSuppressed()).containsExactly(second);
            assertThat(second.getSuppressed()).containsExactly(third);
        }
    }

    @Test
    void aStreamEndsOnceThoughAHandlerFailsAfterThat() {
        try (var fixture = ClientFixture.with(TALKING);
                var stream = fixture.stream()) {
            stream.on(Signal.TEXT, (words, all) -> {
                stream.cancel("first");
                throw new IllegalStateException("mine");
            });
            assertThatThrownBy(stream::done).hasMessage("mine");
            assertThat(stream.endReason()).contains(new Cancelled("first"));
        }
    }

    @Test
    void aWholeAnswerStaysOneThoughAHandlerFailsAtItsLastEvent() {
        try (var fixture = ClientFixture.with(Script.stream(answer("a")));
                var stream = fixture.stream()) {
            stream.on(Signal.MESSAGE, message -> {
                throw new IllegalStateException("mine");
            });
            assertThatThrownBy(stream::done).hasMessage("mine");
            assertThat(stream.finalText()).isEqualTo("a");
        }
    }

    @Test
    void aCheckedExceptionOfAHandlerEndsTheStreamToo() {
        try (var fixture = ClientFixture.with(TALKING);
                var stream = fixture.stream()) {
            var mine = new java.io.IOException("mine");
            stream.on(Signal.TEXT, (words, all) -> {
                throw MisbehavingParts.<RuntimeException>sneak(mine);
            });
            assertThatThrownBy(stream::done).isSameAs(mine);
            assertThat(stream.isAborted()).isTrue();
        }
    }

    @Test
    void whoAwaitsTheAbortAfterwardsGetsThePartialToo() {
        try (var fixture = ClientFixture.with(TALKING)) {
            MessageStream stream = fixture.stream();
            stream.await(Signal.TEXT);
            stream.close();
            StreamException why = stream.await(Signal.ABORT).orElseThrow();
            assertThat(why.partial().text()).isEqualTo("a");
            assertThat(why.requestId()).contains("req_scripted");
        }
    }

    @Test
    void theFailureThatEndReasonTellsHasThePartialThoughNobodyWasToldYet() {
        Script failing = Script.stream().sse(begin("a")).sse(error("overloaded_error", "x"));
        try (var fixture = ClientFixture.with(failing);
                var stream = fixture.stream()) {
            var events = stream.iterator();
            for (int i = 0; i < 3; i++) {
                events.next();
            }
            Awaitility.await().until(() -> !stream.reader().isAlive());
            assertThat(stream.endReason()).get().isInstanceOfSatisfying(Failed.class, end -> {
                assertThat(end.exception()).isInstanceOf(ApiError.class);
                assertThat(end.exception().partial().text()).isEqualTo("a");
            });
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
