package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.begin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamController;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.TimeSource;
import dev.sluice.resilience.Resilience;
import dev.sluice.resilience.RetryDefaults;
import dev.sluice.test.peer.Script;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the caller has called, and that never returns, holds up the one stream that it belongs to and no time limit of another. */
@Timeout(20)
class BlockingCallbacksTest {
    private static final Duration LIMIT = Duration.ofMillis(100);
    private static final Duration PROMPT = Duration.ofSeconds(1);

    private final CountDownLatch called = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        end.countDown();
    }

    private void block() {
        called.countDown();
        boolean interrupted = false;
        while (end.getCount() > 0) {
            try {
                end.await();
            } catch (InterruptedException e) {
                interrupted = true; // ignored, as bad callbacks do
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void assertAnotherStreamsLimitHolds() throws InterruptedException {
        assertThat(called.await(5, TimeUnit.SECONDS))
                .as("the callback was called")
                .isTrue();
        try (var fixture = ClientFixture.with(Script.stream().stall())) {
            long start = System.nanoTime();
            try (var stream = fixture.stream(StreamController.withTimeout(LIMIT))) {
                assertThatThrownBy(stream::finalMessage).isInstanceOf(TimedOut.class);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(LIMIT, LIMIT.plus(PROMPT));
        }
    }

    /** A stream whose limit is met, after its first words. */
    private void meetLimit(Consumer<LlmClient.Builder> settings, StreamController.Builder controller) throws Exception {
        try (var fixture =
                ClientFixture.with(settings, Script.stream().sse(begin("a")).stall())) {
            var stream = fixture.stream(controller.timeout(LIMIT).build());
            assertThatThrownBy(stream::finalMessage).isInstanceOf(TimedOut.class);
            assertAnotherStreamsLimitHolds();
        }
    }

    @Test
    void onEnd() throws Exception {
        meetLimit(settings -> settings.onEnd(report -> block()), StreamController.builder());
    }

    @Test
    void onCancelByTheTimer() throws Exception {
        var controller = StreamController.builder().onCancel(this::block).build();
        try (var fixture = ClientFixture.with(Script.stream().sse(begin("a")).stall())) {
            var stream = fixture.stream(controller);
            TimeSource.system().schedule(LIMIT, () -> controller.cancel("by a timer"));
            stream.done();
            assertAnotherStreamsLimitHolds();
        }
    }

    @Test
    void onCancelByTheConsumersOwnInterrupt() throws Exception {
        var controller = StreamController.builder().onCancel(this::block).build();
        try (var fixture = ClientFixture.with(Script.stream().sse(begin("a")).stall())) {
            var stream = fixture.stream(controller);
            Thread.currentThread().interrupt();
            assertThatThrownBy(stream::done).isInstanceOf(Cancelled.class);
            assertThat(Thread.interrupted()).isTrue();
            assertAnotherStreamsLimitHolds();
        }
    }

    @Test
    void aBreakersListener() throws Exception {
        var breaker = CircuitBreaker.ofDefaults("mine");
        breaker.getEventPublisher().onError(event -> block());
        Resilience gates = Resilience.builder().circuitBreaker(breaker).build();
        try (var fixture = ClientFixture.with(
                settings -> settings.resilience(gates), Script.stream().cut())) {
            var stream = fixture.stream();
            assertAnotherStreamsLimitHolds();
            stream.cancel("enough");
            assertThat(stream.isAborted()).isTrue();
        }
    }

    @Test
    void aRetrysListener() throws Exception {
        Retry retry = Retry.of("mine", RetryDefaults.config(2));
        retry.getEventPublisher().onRetry(event -> block());
        Resilience gates = Resilience.builder().retry(retry).build();
        try (var fixture = ClientFixture.with(
                settings -> settings.resilience(gates), Script.stream().cut())) {
            var stream = fixture.stream();
            assertAnotherStreamsLimitHolds();
            stream.cancel("enough");
            assertThat(stream.isAborted()).isTrue();
        }
    }
}
