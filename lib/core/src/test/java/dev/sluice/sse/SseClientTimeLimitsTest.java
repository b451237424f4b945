package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** No peer can make a client wait for longer than its limits, whatever it does with its socket. */
@Timeout(20)
class SseClientTimeLimitsTest {
    private static final Duration SHORT = Duration.ofMillis(150);

    private static Timeouts only(Phase phase) {
        return Timeouts.none().with(phase, SHORT);
    }

    private static SseClient.Builder builder(URI uri, Phase phase) {
        return SseClient.builder(uri)
                .timeouts(only(phase))
                .maxFailures(2)
                .jitter(0)
                .time(new NoWaitTime());
    }

    private static void assertTimesOut(SseClient client, Phase phase) {
        assertThatThrownBy(() -> client.forEach(event -> {}))
                .isInstanceOfSatisfying(
                        TimedOut.class, timeout -> assertThat(timeout.phase()).isEqualTo(phase));
    }

    @Test
    void connecting() {
        try (var hole = ScriptedPeer.unreachable();
                var client = builder(hole.uri("/"), Phase.CONNECT).start()) {
            assertTimesOut(client, Phase.CONNECT);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HEADERS", "TOTAL"})
    void connectingHasTheLimitsOfWhatItIsAPartOf(Phase phase) {
        try (var hole = ScriptedPeer.unreachable();
                var client = builder(hole.uri("/"), phase).start()) {
            assertTimesOut(client, phase);
        }
    }

    @Test
    void headersWithAllRedirectsBeforeThem() {
        Script slow = Script.empty().pause(Duration.ofMillis(20)).head(302, "location", "/", "content-length", "0");
        for (Script script : List.of(Script.empty().stall(), slow)) {
            try (var peer = ScriptedPeer.serving(script);
                    var client = builder(peer.uri("/"), Phase.HEADERS).start()) {
                assertTimesOut(client, Phase.HEADERS);
            }
        }
    }

    static Stream<Script> silences() {
        return Stream.of(
                Script.stream().stall(),
                Script.stream().sse("data: ha").stall(),
                Script.stream().sse("data: a\n\n").stall(),
                Script.stream().trickle(":beat\n", Duration.ofMillis(20)).stall());
    }

    @ParameterizedTest
    @MethodSource("silences")
    void silenceIsAnEndOfTheConnectionAndNotOfTheClient(Script silence) {
        var states = new ArrayList<SseState>();
        try (var peer = ScriptedPeer.serving(silence, Script.stream("data: b\n\n"), SseFixture.goodbye());
                var client =
                        builder(peer.uri("/"), Phase.IDLE).onState(states::add).start()) {
            var last = new ArrayList<String>();
            client.forEach(event -> last.add(event.data()));
            assertThat(last).last().isEqualTo("b");
            assertThat(states)
                    .filteredOn(SseState.Waiting.class::isInstance)
                    .first()
                    .satisfies(state -> assertThat(((SseState.Waiting) state).cause())
                            .isInstanceOfSatisfying(
                                    TimedOut.class,
                                    timeout -> assertThat(timeout.phase()).isEqualTo(Phase.IDLE)));
            peer.awaitRequest(3);
        }
    }

    @Test
    void commentsAreNoEvents() {
        for (Phase phase : List.of(Phase.FIRST_EVENT, Phase.STALL, Phase.TOTAL)) {
            String first = phase == Phase.STALL ? "data: a\n\n" : ":\n";
            Script beats = Script.stream().sse(first).repeatPaced(":\n", 1000, Duration.ofMillis(10));
            try (var peer = ScriptedPeer.serving(beats, SseFixture.goodbye());
                    var client = builder(peer.uri("/"), phase).start()) {
                if (phase == Phase.TOTAL) {
                    assertTimesOut(client, phase);
                } else {
                    assertThat(client).hasSize(phase == Phase.STALL ? 1 : 0); // connected again
                    assertThat(peer.requests()).hasSize(2);
                }
            }
        }
    }

    @Test
    void theTotalHoldsWhileItWaitsToConnectAgainAndWhileTheQueueIsFull() {
        for (Script script : List.of(
                SseFixture.status(503, "retry-after", "3600"),
                Script.stream().repeat("data: a\n\n", 1000).stall())) {
            try (var peer = ScriptedPeer.serving(script);
                    var client = SseClient.builder(peer.uri("/"))
                            .timeouts(only(Phase.TOTAL))
                            .queueCapacity(4)
                            .start()) {
                assertThat(joined(client)).isTrue();
                assertTimesOut(client, Phase.TOTAL);
            }
        }
    }

    @Test
    void aRefusalWhoseBodyNeverComesIsStillARefusal() {
        try (var peer = ScriptedPeer.serving(Script.empty().head(404).sse("not").stall());
                var client = builder(peer.uri("/"), Phase.IDLE).start()) {
            assertThatThrownBy(() -> client.forEach(event -> {}))
                    .isInstanceOfSatisfying(
                            ApiError.class, error -> assertThat(error.status()).isEqualTo(404));
        }
    }

    @Test
    void aTransportThatHearsNoInterruptCannotHoldTheConsumer() {
        var never = new CountDownLatch(1);
        HttpTransport ignoresInterrupts = new HttpTransport() {
            @Override
            public TransportResponse open(TransportRequest request) throws InterruptedException {
                while (never.getCount() > 0) {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        // ignored
                    }
                }
                throw new InterruptedException();
            }

            @Override
            public void close() {}
        };
        for (Phase phase : List.of(Phase.HEADERS, Phase.TOTAL)) {
            try (var client = SseClient.builder(URI.create("http://localhost/"))
                    .transport(ignoresInterrupts)
                    .timeouts(only(phase))
                    .start()) {
                assertTimesOut(client, phase);
            }
        }
        never.countDown();
    }

    @Test
    void eventsBeforeTheLimitAreHandedOutBeforeTheExceptionHoweverLateTheConsumer() {
        try (var peer = ScriptedPeer.serving(
                        Script.stream().sse("data: a\n\ndata: b\n\n").stall());
                var client = builder(peer.uri("/"), Phase.TOTAL).start()) {
            assertThat(joined(client)).isTrue();
            assertThat(client.endReason()).isEmpty();
            assertThat(client.state()).isInstanceOf(SseState.Ended.class);
            var heard = new ArrayList<String>();
            assertThatThrownBy(() -> client.forEach(event -> heard.add(event.data())))
                    .isInstanceOf(StreamException.class);
            assertThat(heard).containsExactly("a", "b");
        }
    }

    private static boolean joined(SseClient client) {
        try {
            return client.reader().join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
