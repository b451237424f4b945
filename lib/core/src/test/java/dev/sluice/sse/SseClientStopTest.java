package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.FakeTime;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.Threads;
import dev.sluice.test.peer.UnreachablePeer;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Stopping and restarting, in each state. The promise is 50 ms, and the median is held to it; any one has a second. */
@Timeout(30)
class SseClientStopTest {
    private static final Duration PROMPT = Duration.ofMillis(50);
    private static final Duration LATEST = Duration.ofSeconds(1);
    private static final List<Duration> TOOK = new CopyOnWriteArrayList<>();

    @AfterAll
    static void theMedianIsPrompt() {
        List<Duration> took = TOOK.stream().sorted().toList();
        if (!took.isEmpty()) {
            assertThat(took.get(took.size() / 2)).as("of %s", took).isLessThan(PROMPT);
        }
    }

    enum State {
        CONNECTING,
        WAITING_FOR_HEADERS,
        OPEN_AND_SILENT,
        TRICKLING,
        READING_A_REFUSAL,
        WAITING_TO_RECONNECT,
        QUEUE_FULL
    }

    enum Way {
        CANCEL,
        CLOSE,
        INTERRUPT
    }

    static Stream<Arguments> everyStateAndWay() {
        return Arrays.stream(State.values())
                .flatMap(state -> Arrays.stream(Way.values()).map(way -> arguments(state, way)));
    }

    private static Script script(State state) {
        return switch (state) {
            case CONNECTING, WAITING_FOR_HEADERS -> Script.empty().stall();
            case OPEN_AND_SILENT -> Script.stream().stall();
            case TRICKLING -> Script.stream().trickle("data: " + "x".repeat(100_000), Duration.ofMillis(5));
            case READING_A_REFUSAL -> Script.empty().head(500).sse("half of it").stall();
            case WAITING_TO_RECONNECT -> SseFixture.status(503, "retry-after", "3600");
            case QUEUE_FULL -> Script.stream().repeat("data: x\n\n", 1000).stall();
        };
    }

    /** Looks often: most of what is waited for takes a millisecond. */
    private static ConditionFactory soon() {
        return Awaitility.await().pollInterval(Duration.ofMillis(2));
    }

    private static void reach(State state, SseClient client, ScriptedPeer peer, UnreachablePeer hole) {
        soon().until(() -> switch (state) {
            case CONNECTING -> hole.connecting() > 0;
            case WAITING_FOR_HEADERS, READING_A_REFUSAL -> !peer.requests().isEmpty();
            case OPEN_AND_SILENT, TRICKLING -> client.state() instanceof SseState.Open;
            case WAITING_TO_RECONNECT -> client.state() instanceof SseState.Waiting;
            case QUEUE_FULL -> client.queued() >= 4;
        });
        soon().until(() -> client.reader().getState() == Thread.State.WAITING);
    }

    @ParameterizedTest
    @MethodSource("everyStateAndWay")
    void everyWayInEveryStateFreesConsumerReaderAndConnection(State state, Way way) throws Exception {
        try (var peer = ScriptedPeer.serving(script(state));
                var hole = ScriptedPeer.unreachable();
                var client = client(state == State.CONNECTING ? hole.uri("/") : peer.uri("/"))) {
            var freed = new CompletableFuture<Long>();
            Thread consumer = Thread.ofVirtual().unstarted(() -> {
                if (state == State.QUEUE_FULL) {
                    park();
                }
                client.forEach(event -> {});
                freed.complete(System.nanoTime());
            });
            consumer.start();
            reach(state, client, peer, hole);
            soon().until(() -> consumer.getState() == Thread.State.WAITING);

            long before = System.nanoTime();
            switch (way) {
                case CANCEL -> client.cancel("stop");
                case CLOSE -> client.close();
                case INTERRUPT -> consumer.interrupt();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .as("the call")
                    .isLessThan(LATEST);
            if (state == State.QUEUE_FULL) {
                consumer.interrupt(); // wakes the consumer from its own business
            }
            Duration took = Duration.ofNanos(freed.get(5, TimeUnit.SECONDS) - before);
            assertThat(took).as("the consumer").isLessThan(LATEST);
            TOOK.add(took);
            assertThat(client.endReason()).get().isInstanceOf(Cancelled.class);
            assertThat(client.reader().join(Duration.ofSeconds(2))).isTrue();
            if (state != State.CONNECTING) {
                peer.awaitGone(Duration.ofSeconds(2));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void restartInEveryStateConnectsAgainAtOnce(State state) {
        Script next = Script.stream("id: 9\ndata: again\n\n");
        try (var peer = ScriptedPeer.serving(script(state), next, SseFixture.goodbye());
                var hole = ScriptedPeer.unreachable();
                var client = client(state == State.CONNECTING ? hole.uri("/") : peer.uri("/"))) {
            reach(state, client, peer, hole);
            client.restart();
            if (state == State.CONNECTING) {
                soon().until(() -> hole.connecting() > 0);
                assertThat(client.state()).isInstanceOf(SseState.Connecting.class);
            } else {
                assertThat(peer.awaitRequest(2).header("Last-Event-ID")).isNull();
            }
        }
    }

    @Test
    void whatWasQueuedBeforeARestartIsHandedOutAndNotAskedForAgain() {
        Script full =
                Script.stream().sse("id: 1\ndata: a\n\n", "id: 2\ndata: b\n\nid: 3\ndata: c\n\nid: 4\ndata: d\n\n");
        try (var fixture = SseFixture.with(
                settings -> settings.queueCapacity(2),
                full.stall(),
                Script.stream("id: 3\ndata: c\n\n"),
                SseFixture.goodbye())) {
            soon().until(() -> fixture.client.queued() >= 2);
            soon().until(() -> fixture.client.reader().getState() == Thread.State.WAITING);
            fixture.client.restart();
            assertThat(fixture.peer.awaitRequest(2).header("Last-Event-ID")).isEqualTo("2");
            assertThat(fixture.data()).containsExactly("a", "b", "c");
        }
    }

    @Test
    void aRestartBeforeTheFirstConnectionHitsNothing() throws Exception {
        try (var peer = ScriptedPeer.serving(Script.stream("data: a\n\n"), SseFixture.goodbye())) {
            var source = new SseConnectionLoop(
                    SseClient.builder(peer.uri("/")).time(new NoWaitTime()).settings(), "restarted-early");
            source.restart();
            source.start();
            assertThat(source.queue.take()).isEqualTo(SseEvent.of("a"));
            assertThat(source.queue.take()).isNull();
            assertThat(source.queue.endReason()).contains(new Completed());
        }
    }

    @Test
    void afterTheEndNothingHasAnEffect() {
        try (var fixture = SseFixture.of(SseFixture.goodbye())) {
            assertThat(fixture.all()).isEmpty();
            var end = fixture.client.endReason();
            fixture.client.restart();
            fixture.client.cancel("late");
            fixture.client.close();
            assertThat(fixture.client.endReason()).isEqualTo(end);
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    @Test
    void oneThatIsStoppedBeforeItIsReadHandsOutNothing() {
        var fixture = SseFixture.of(Script.stream().sse("data: a\n\n").stall());
        soon().until(() -> fixture.client.queued() > 0);
        fixture.close();
        assertThat(fixture.client).isEmpty();
        assertThat(fixture.client.state()).isInstanceOf(SseState.Ended.class);
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftWithTheTimerNorOfThreads(State state) throws Exception {
        var time = new FakeTime();
        try (var peer = ScriptedPeer.serving(script(state));
                var hole = ScriptedPeer.unreachable()) {
            SseClient client = SseClient.builder(state == State.CONNECTING ? hole.uri("/") : peer.uri("/"))
                    .timeouts(Timeouts.defaults().with(Phase.TOTAL, Duration.ofHours(1)))
                    .queueCapacity(4)
                    .time(time)
                    .start();
            reach(state, client, peer, hole);
            String name = client.reader().getName();
            client.close();
            assertThat(client.reader().join(Duration.ofSeconds(2))).isTrue();
            assertThat(time.scheduled()).isZero();
            assertThat(Threads.named(name)).isEmpty();
        }
    }

    @Test
    void aClientThatWasForgottenIsStopped() {
        try (var peer = ScriptedPeer.serving(Script.stream().sse("data: a\n\n").stall())) {
            WeakReference<SseClient> forgotten = forget(peer);
            soon().until(() -> {
                System.gc();
                return forgotten.get() == null && peer.openConnections() == 0;
            });
        }
    }

    private static WeakReference<SseClient> forget(ScriptedPeer peer) {
        SseClient client = client(peer.uri("/"));
        peer.awaitRequest(1);
        Reference.reachabilityFence(client);
        return new WeakReference<>(client);
    }

    private static SseClient client(URI uri) {
        return SseClient.builder(uri)
                .timeouts(Timeouts.none())
                .reconnectDelay(Duration.ofHours(1))
                .queueCapacity(4)
                .start();
    }

    private static void park() {
        try {
            new CompletableFuture<Void>().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
