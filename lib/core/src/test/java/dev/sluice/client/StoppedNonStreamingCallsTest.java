package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.FakeTime;
import dev.sluice.StreamController;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.Timeouts;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A thread that waits for an answer returns at once when it is interrupted or the client is closed, wherever the answer is. */
@Timeout(60)
class StoppedNonStreamingCallsTest {
    private static final Duration LATEST = Duration.ofSeconds(1);

    /** Where the answer may be. */
    enum State {
        CONNECTING,
        NO_HEAD,
        NO_BODY,
        HALF_A_BODY,
        BEFORE_A_RETRY
    }

    static Stream<Arguments> everyWhere() {
        return Arrays.stream(State.values())
                .flatMap(state -> Arrays.stream(NonStreamingCall.values()).map(call -> arguments(state, call)));
    }

    @ParameterizedTest
    @MethodSource("everyWhere")
    void anInterruptEndsTheWaitAndIsKept(State state, NonStreamingCall call) throws Exception {
        try (var waiting = new Waiting(state, call)) {
            assertStopped(waiting, waiting.thread::interrupt, "interrupted");
            assertThat(waiting.kept.get(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("everyWhere")
    void closingTheClientEndsTheWait(State state, NonStreamingCall call) throws Exception {
        try (var waiting = new Waiting(state, call)) {
            assertStopped(waiting, waiting.client::close, "the client was closed");
            assertThat(waiting.kept.get(5, TimeUnit.SECONDS)).isFalse();
            assertThatThrownBy(() -> call.send(waiting.client)).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void cancellingEndsTheWait(State state) throws Exception {
        try (var waiting = new Waiting(state, NonStreamingCall.SEND)) {
            assertStopped(waiting, () -> waiting.controller.cancel("enough"), "enough");
        }
    }

    private static ConditionFactory soon() {
        return Awaitility.with()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .await();
    }

    private static void assertStopped(Waiting waiting, Runnable stop, String why) throws Exception {
        waiting.reach();
        long before = System.nanoTime();
        stop.run();
        assertThat(waiting.thrown.get(5, TimeUnit.SECONDS))
                .isInstanceOf(Cancelled.class)
                .hasMessageContaining(why);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(LATEST);
        soon().until(() -> waiting.client.running() == 0);
        if (waiting.state != State.CONNECTING && waiting.state != State.BEFORE_A_RETRY) {
            waiting.peer.awaitGone(Duration.ofSeconds(2));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThreadThatIsInterruptedAlreadyWaitsForNothing(NonStreamingCall call) {
        try (var fixture = ClientFixture.with(Script.empty().stall())) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> call.send(fixture.client)).isInstanceOf(Cancelled.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aControllerCancelledBeforeSendsNoRequest() {
        try (var fixture = ClientFixture.with(Script.empty().stall())) {
            var controller = StreamController.withCancellation();
            controller.cancel("never mind");
            assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST, controller))
                    .isInstanceOf(Cancelled.class)
                    .hasMessageContaining("never mind");
            assertThat(fixture.peer.connections()).isZero();
        }
    }

    /** A thread that waits for an answer which has come so far. */
    private static final class Waiting implements AutoCloseable {
        final State state;
        final ScriptedPeer peer;
        final dev.sluice.test.peer.UnreachablePeer hole;
        final LlmClient client;
        final FakeTime time = new FakeTime();
        final CountDownLatch sent = new CountDownLatch(1);
        final StreamController controller = StreamController.withCancellation();
        final CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        final CompletableFuture<Boolean> kept = new CompletableFuture<>();
        final Thread thread;

        Waiting(State state, NonStreamingCall call) {
            this.state = state;
            peer = ScriptedPeer.serving(script());
            hole = state == State.CONNECTING ? ScriptedPeer.unreachable() : null;
            client = ClientFixture.client(
                    hole == null ? peer.uri("") : hole.uri(""),
                    settings -> settings.time(time).timeouts(Timeouts.none()).resilience(Resilience.defaults()));
            thread = Thread.ofVirtual().start(() -> {
                try {
                    if (call == NonStreamingCall.SEND) {
                        client.send(ClientFixture.REQUEST, controller);
                    } else {
                        call.send(client);
                    }
                } catch (RuntimeException e) {
                    kept.complete(Thread.currentThread().isInterrupted());
                    thrown.complete(e);
                }
            });
        }

        private Script script() {
            Script head = Script.empty().head(200, "content-type", "application/json", "content-length", "100");
            return switch (state) {
                case CONNECTING, NO_HEAD -> Script.empty().stall();
                case NO_BODY -> head.reach(sent).stall();
                case HALF_A_BODY -> head.raw("{\"id\":").reach(sent).stall();
                case BEFORE_A_RETRY -> Script.json(529, "{}", "retry-after", "30");
            };
        }

        void reach() throws InterruptedException {
            switch (state) {
                case CONNECTING -> soon().until(() -> hole.connecting() > 0);
                case NO_HEAD -> peer.awaitRequest(1);
                case NO_BODY, HALF_A_BODY -> sent.await();
                case BEFORE_A_RETRY -> soon().until(() -> time.scheduled() > 0);
            }
            soon().until(() -> thread.getState() == Thread.State.WAITING);
        }

        @Override
        public void close() {
            client.close();
            peer.close();
            if (hole != null) {
                hole.close();
            }
        }
    }
}
