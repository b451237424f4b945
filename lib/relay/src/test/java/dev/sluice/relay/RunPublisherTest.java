package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.StreamException;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.RelayListener.Outcome;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.StreamComplete;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A run that does not do as it is told, and what is said of how it ended. */
class RunPublisherTest {

    /** A run of the test's own. */
    private abstract static class OwnRun implements RunSource, Iterator<RunEvent> {
        final AtomicInteger closes = new AtomicInteger();
        volatile Thread carrier;

        @Override
        public Iterator<RunEvent> iterator() {
            carrier = Thread.currentThread();
            return this;
        }

        @Override
        public boolean hasNext() {
            return true;
        }

        @Override
        public void cancel(String reason) {}

        @Override
        public void close() {
            closes.incrementAndGet();
        }
    }

    @Test
    void howItEndedSaysWhetherItMayWorkLater() {
        var failures = Map.<RuntimeException, Boolean>of(
                new StreamException.ApiError(529, "overloaded_error", "busy", null, null, "", true), true,
                new StreamException.ApiError(400, "invalid_request_error", "wrong", null, null, "", false), false,
                new RelayException(Code.UNAVAILABLE, "down"), true,
                new IllegalStateException("a mistake"), false);
        failures.forEach((failure, retryable) -> assertRetryable(new ScriptedRun().fail(failure), retryable));
        assertRetryable(new ScriptedRun().end(), true);
    }

    private static void assertRetryable(ScriptedRun run, boolean retryable) {
        try (var fixture = new RelayFixture()) {
            assertThat(fixture.watch(fixture.start(run)).awaitEnd().frames().getFirst())
                    .contains("\"retryable\":" + retryable);
        }
    }

    @Test
    void oneThatDiesOfAnErrorHasAnEndToo() {
        try (var fixture = new RelayFixture()) {
            var run = new OwnRun() {
                @Override
                public RunEvent next() {
                    throw new StackOverflowError("on purpose");
                }
            };
            var sink = fixture.watch(fixture.start(run));
            assertThat(sink.awaitEnd().frames()).hasSize(2).first().asString().contains("\"code\":\"failed\"");
            await().until(() -> run.closes.get() == 1);
        }
    }

    @Test
    void theFirstReasonToStopItCounts() {
        var fixture = new RelayFixture();
        var run = new ScriptedRun();
        run.heedsCancel = false;
        String id = fixture.start(run);
        fixture.relay.cancel(ALICE, id, "the user");
        fixture.relay.cancel(ALICE, id, "the user, again");
        fixture.relay.shutdown(Duration.ZERO);
        await().until(() -> fixture.relay.running() == 0);
        await().untilAsserted(() -> assertThat(run.cancels).containsExactly("the user"));
        assertThat(fixture.outcomes).containsExactly(Outcome.CANCELLED);
        run.heedsCancel = true;
        run.end();
    }

    @Test
    void oneThatCannotBeCancelledIsGivenUp() {
        try (var fixture = new RelayFixture()) {
            var stuck = new CountDownLatch(1);
            var run = new OwnRun() {
                @Override
                public RunEvent next() {
                    try {
                        stuck.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException("interrupted", e);
                    }
                    return new StreamComplete();
                }

                @Override
                public void cancel(String reason) {
                    throw new IllegalStateException("on purpose");
                }
            };
            String id = fixture.start(run);
            var sink = fixture.watch(id);
            fixture.relay.cancel(ALICE, id, "the user");
            fixture.seconds(2);
            assertThat(sink.awaitEnd().frames().getFirst()).contains("\"code\":\"cancelled\"");
            await().until(() -> !run.carrier.isAlive()); // it was interrupted
            assertThat(run.closes).hasValue(1);
        }
    }

    @Test
    void oneThatGoesOnTalkingIsNotHeardAnyMore() {
        try (var fixture = new RelayFixture()) {
            var run = new OwnRun() {
                @Override
                public RunEvent next() {
                    Thread.onSpinWait();
                    return new RunEvent.Debug(null, "bla"); // which watchers are not shown
                }
            };
            String id = fixture.start(run);
            await().until(() -> run.carrier != null);
            fixture.relay.cancel(ALICE, id, "the user");
            fixture.seconds(2);
            await().until(() -> !run.carrier.isAlive());
            assertThat(fixture.outcomes).containsExactly(Outcome.CANCELLED);
        }
    }

    @Test
    void howLongItTookIsCountedFromItsStart() {
        List<Duration> durations = new CopyOnWriteArrayList<>();
        var listener = new RelayListener() {
            @Override
            public void ended(Outcome outcome, Duration duration) {
                durations.add(duration);
            }
        };
        try (var fixture = new RelayFixture(builder -> builder.listener(listener))) {
            var run = new ScriptedRun();
            fixture.seconds(5);
            fixture.start(run);
            fixture.seconds(7);
            run.say(new StreamComplete());
            await().until(() -> fixture.relay.running() == 0);
            await().untilAsserted(() -> assertThat(durations).containsExactly(Duration.ofSeconds(7)));
        }
    }
}
