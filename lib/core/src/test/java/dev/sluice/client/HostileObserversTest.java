package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.StreamController;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.context.ContextCarrier;
import dev.sluice.observation.Observer;
import dev.sluice.observation.Observer.Observation;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.observation.Observer.Step;
import dev.sluice.test.peer.Script;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Carriers and observers that block, throw or leave something behind, and what the caller of a stream sees of it. */
@Timeout(30)
class HostileObserversTest {
    private static final ThreadLocal<String> LEFT = new ThreadLocal<>();

    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);

    /** Blocks until it is interrupted, and keeps the interrupt to itself. */
    private void block() {
        entered.countDown();
        try {
            never.await();
        } catch (InterruptedException e) {
            // lost
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Step.Attempt.class, Step.Response.class, Step.FirstToken.class})
    void anObserverThatBlocksInAStepAndLosesTheInterruptKeepsNeitherTheConsumerNorTheConnection(Class<?> where)
            throws InterruptedException {
        Observer blocking = operation -> new Observation() {
            @Override
            public void step(Step step) {
                if (where.isInstance(step)) {
                    block();
                }
            }
        };
        try (var fixture = ClientFixture.with(
                        settings -> settings.observer(blocking),
                        Script.stream().sse(begin("a")).stall());
                MessageStream stream = fixture.stream()) {
            entered.await();
            stream.close();
            assertThat(stream.endReason()).containsInstanceOf(Cancelled.class);
            await().until(() -> fixture.client.running() == 0 && fixture.peer.openConnections() == 0);
        }
    }

    @Test
    void anObserverThatBlocksAtTheEndHoldsUpNoConsumer() {
        Observer blocking = operation -> new Observation() {
            @Override
            public void end(Outcome outcome) {
                block();
            }
        };
        try (var fixture = ClientFixture.with(settings -> settings.observer(blocking), Script.stream(answer("a")));
                MessageStream stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("a");
            never.countDown();
        }
    }

    @Test
    void anObserverThatThrowsEverywhereIsLoggedAndTheAnswerIsWhole() {
        Observer throwing = operation -> new Observation() {
            @Override
            public void run(Runnable code) {
                throw new IllegalStateException("run");
            }

            @Override
            public void step(Step step) {
                throw new StackOverflowError("step");
            }

            @Override
            public void end(Outcome outcome) {
                throw new IllegalStateException("end");
            }
        };
        var reports = new CopyOnWriteArrayList<StreamReport>();
        try (var fixture = ClientFixture.with(
                        settings -> settings.observer(throwing).onEnd(reports::add), Script.stream(answer("a")));
                MessageStream stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("a");
            await().until(() -> reports.size() == 1);
        }
    }

    @Test
    void aCarrierThatBlocksIsMetByTheCallersLimitOnTime() {
        ContextCarrier blocking = () -> code -> {
            block();
            code.run();
        };
        try (var fixture =
                        ClientFixture.with(settings -> settings.contextCarrier(blocking), Script.stream(answer("a")));
                MessageStream stream = fixture.stream(StreamController.withTimeout(Duration.ofMillis(50)))) {
            assertThatThrownBy(stream::done).isInstanceOf(TimedOut.class);
            await().until(() -> fixture.client.running() == 0);
            assertThat(fixture.peer.requests()).isEmpty();
        }
    }

    @Test
    void aCarrierThatFailsToCaptureIsLeftOutAndTheStreamBegins() {
        ContextCarrier throwing = () -> {
            throw new StackOverflowError("capture");
        };
        try (var fixture =
                        ClientFixture.with(settings -> settings.contextCarrier(throwing), Script.stream(answer("a")));
                MessageStream stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("a");
        }
    }

    @Test
    void whatACarrierLeavesOnAThreadReachesNoOtherStreamAndNotTheCaller() {
        var seen = new CopyOnWriteArrayList<String>();
        ContextCarrier untidy = () -> code -> {
            seen.add(String.valueOf(LEFT.get()));
            LEFT.set("left");
            code.run();
        };
        try (var fixture = ClientFixture.with(
                settings -> settings.contextCarrier(untidy), Script.stream(answer("a")), Script.stream(answer("b")))) {
            for (int i = 0; i < 2; i++) {
                try (MessageStream stream = fixture.stream()) {
                    stream.done();
                }
            }
        }
        assertThat(seen).containsOnly("null");
        assertThat(LEFT.get()).isNull();
    }

    @Test
    void aCarrierThatBlocksDoesNotHoldUpTheCleanerOfForgottenStreams() {
        ContextCarrier blocking = () -> code -> {
            if (Thread.currentThread().getName().isEmpty()) { // the thread that only logs
                block();
            }
            code.run();
        };
        try (var first = ClientFixture.with(
                        settings -> settings.contextCarrier(blocking),
                        Script.stream().sse(begin("a")).stall());
                var second = ClientFixture.with(Script.stream().sse(begin("a")).stall())) {
            forget(first);
            await().until(() -> {
                System.gc();
                return entered.getCount() == 0;
            });
            forget(second);
            await().until(() -> {
                System.gc();
                return second.client.running() == 0;
            });
            never.countDown();
        }
    }

    private static void forget(ClientFixture fixture) {
        fixture.stream().iterator().next();
    }
}
