package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.StreamController;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.budget.Budget;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the gates, and who listens to them, are told of a request that its stream's end stopped. */
@Timeout(30)
class StoppedRequestsTest {
    private static final StreamController.Builder SHORT =
            StreamController.builder().timeout(Duration.ofMillis(150));

    private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("server");
    private final Bulkhead bulkhead = Bulkhead.ofDefaults("streams");
    private final Consumer<LlmClient.Builder> gates = settings -> settings.queueCapacity(1)
            .resilience(Resilience.builder()
                    .circuitBreaker(breaker)
                    .bulkhead(bulkhead)
                    .build());

    private void assertCalls(int succeeded, int failed) {
        var calls = breaker.getMetrics();
        assertThat(List.of(calls.getNumberOfSuccessfulCalls(), calls.getNumberOfFailedCalls()))
                .containsExactly(succeeded, failed);
    }

    private static void awaitReader(MessageStream stream) throws InterruptedException {
        assertThat(stream.reader().join(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void aCancelBetweenTheHeadAndTheFirstEventIsNoSuccess() throws Exception {
        try (var fixture = ClientFixture.with(gates, Script.stream().stall())) {
            MessageStream stream = fixture.stream();
            assertThat(stream.response().status()).isEqualTo(200);
            stream.cancel("enough");
            awaitReader(stream);
        }
        assertCalls(0, 0);
    }

    @Test
    void aServerThatSaysNothingUntilTheWholeTimeIsOverHasFailed() throws Exception {
        try (var fixture = ClientFixture.with(gates, Script.stream().stall())) {
            MessageStream stream = fixture.stream(SHORT.build());
            assertThatThrownBy(stream::done).isInstanceOf(TimedOut.class);
            awaitReader(stream);
        }
        assertCalls(0, 1);
    }

    @Test
    void anAnswerThatTheWholeTimeCutsIsNoVerdict() throws Exception {
        try (var fixture =
                ClientFixture.with(gates, Script.stream().sse(begin("a")).stall())) {
            MessageStream stream = fixture.stream(SHORT.build());
            assertThatThrownBy(stream::done).isInstanceOf(TimedOut.class);
            awaitReader(stream);
        }
        assertCalls(0, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cancel", "total", "budget", "drain"})
    void theInterruptThatStopsTheReaderReachesNoListenerOfTheGates(String how) throws Exception {
        Queue<Boolean> interrupted = new ConcurrentLinkedQueue<>();
        bulkhead.getEventPublisher()
                .onCallFinished(event -> interrupted.add(Thread.currentThread().isInterrupted()));
        breaker.getEventPublisher()
                .onEvent(event -> interrupted.add(Thread.currentThread().isInterrupted()));
        Script script = how.equals("drain")
                ? Script.stream().sse(answer("a")).stall()
                : Script.stream().sse(begin("a b c d e f g h i j k l")).stall();
        Budget budget = Budget.outputTokens(how.equals("budget") ? 1 : 1_000_000);
        try (var fixture = ClientFixture.with(gates, script)) {
            MessageStream stream = fixture.client.stream(
                    ClientFixture.REQUEST,
                    how.equals("total") ? SHORT.build() : StreamController.withCancellation(),
                    budget);
            if (how.equals("cancel")) {
                stream.iterator().next();
                stream.cancel("enough");
            }
            ClientFixture.collect(stream);
            awaitReader(stream);
            assertThat(stream.endReason().orElseThrow() instanceof LimitReached).isEqualTo(how.equals("budget"));
        }
        assertThat(interrupted).isNotEmpty().doesNotContain(true);
    }

    @Test
    void aListenerOfTheEndThatThrowsDoesNotSilenceTheOthers() throws Exception {
        Queue<StreamReport> told = new ConcurrentLinkedQueue<>();
        Consumer<LlmClient.Builder> listeners = settings -> settings.onEnd(report -> {
                    throw new IllegalStateException("a mistake");
                })
                .onEnd(told::add);
        try (var fixture = ClientFixture.with(listeners, Script.stream().cut())) {
            MessageStream stream = fixture.stream();
            ClientFixture.collect(stream);
            awaitReader(stream);
        }
        assertThat(told).hasSize(1);
    }
}
