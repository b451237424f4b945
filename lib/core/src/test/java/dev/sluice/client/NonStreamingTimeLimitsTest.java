package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.FakeTime;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that keeps the connection and says nothing, or not enough, meets a limit in each phase. */
@Timeout(30)
class NonStreamingTimeLimitsTest {
    private static final Duration LIMIT = Duration.ofMillis(300);
    private static final Duration LATEST = LIMIT.plusSeconds(3);
    private static final Script HEAD =
            Script.empty().head(200, "content-type", "application/json", "content-length", "100");

    static Stream<Arguments> silentServers() {
        return Stream.of(
                arguments(NonStreamingCall.SEND, Phase.TOTAL, Script.empty().stall()),
                arguments(NonStreamingCall.SEND, Phase.TOTAL, HEAD.stall()),
                arguments(NonStreamingCall.SEND, Phase.IDLE, HEAD.stall()),
                arguments(
                        NonStreamingCall.SEND, Phase.IDLE, HEAD.raw("{\"id\":").stall()),
                arguments(NonStreamingCall.COUNT, Phase.HEADERS, Script.empty().stall()),
                arguments(NonStreamingCall.COUNT, Phase.FIRST_EVENT, HEAD.stall()),
                arguments(
                        NonStreamingCall.COUNT, Phase.FIRST_EVENT, HEAD.raw("{").stall()),
                arguments(NonStreamingCall.COUNT, Phase.IDLE, HEAD.raw("{").stall()),
                arguments(NonStreamingCall.MODELS, Phase.HEADERS, Script.empty().stall()),
                arguments(NonStreamingCall.MODELS, Phase.IDLE, HEAD.raw("{").stall()),
                arguments(NonStreamingCall.MODELS, Phase.TOTAL, Script.empty().stall()));
    }

    @ParameterizedTest
    @MethodSource("silentServers")
    void aLimitFiresAndNamesItsPhase(NonStreamingCall call, Phase phase, Script script) {
        try (var fixture = ClientFixture.with(Timeouts.none().with(phase, LIMIT), script)) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> call.send(fixture.client)).isInstanceOfSatisfying(TimedOut.class, e -> {
                assertThat(e.phase()).isEqualTo(phase);
                assertThat(e.limit()).isEqualTo(LIMIT);
            });
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(LIMIT, LATEST);
            fixture.peer.awaitGone(Duration.ofSeconds(2));
        }
    }

    @ParameterizedTest
    @EnumSource
    void connectingHasItsOwnLimit(NonStreamingCall call) {
        try (var hole = ScriptedPeer.unreachable();
                var client = ClientFixture.client(
                        hole.uri(""),
                        settings -> settings.timeouts(Timeouts.none().with(Phase.CONNECT, LIMIT)))) {
            assertThatThrownBy(() -> call.send(client))
                    .isInstanceOfSatisfying(
                            TimedOut.class, e -> assertThat(e.phase()).isEqualTo(Phase.CONNECT));
        }
    }

    @Test
    void anAnswerThatIsNotStreamedHasTenMinutesToBeMadeThoughStreamsHaveOne() throws Exception {
        assertGivenUpAfter(Duration.ofMinutes(10), Timeouts.defaults());
    }

    @Test
    void soItHasThoughThereAreNoLimitsAtAll() throws Exception {
        assertGivenUpAfter(Duration.ofMinutes(10), Timeouts.none());
    }

    @ParameterizedTest
    @EnumSource(names = {"HEADERS", "FIRST_EVENT"})
    void whoeverAllowsStreamsMoreAllowsItAsMuch(Phase phase) throws Exception {
        assertGivenUpAfter(Duration.ofMinutes(25), Timeouts.none().with(phase, Duration.ofMinutes(25)));
    }

    private static void assertGivenUpAfter(Duration limit, Timeouts timeouts) throws Exception {
        var time = new FakeTime();
        try (var fixture = ClientFixture.with(
                settings -> settings.time(time).timeouts(timeouts),
                Script.empty().stall())) {
            var thrown = failure(fixture.client);
            fixture.peer.awaitRequest(1);
            assertGivenUp(thrown, time, limit, Phase.HEADERS);
        }
    }

    // Some gateways send the head at once, and then blanks while the answer is made.
    @Test
    void aHeadThatComesEarlyLeavesItAsMuchTime() throws Exception {
        var time = new FakeTime();
        var body = new Blanks();
        var transport = MisbehavingParts.transport(() -> new TransportResponse(200, Map.of(), body));
        try (var client = LlmClient.builder(MisbehavingParts.CLAUDE)
                .transport(transport)
                .time(time)
                .timeouts(Timeouts.none())
                .resilience(Resilience.none())
                .build()) {
            var thrown = failure(client);
            body.waited.await();
            assertGivenUp(thrown, time, Duration.ofMinutes(10), Phase.FIRST_EVENT);
        }
    }

    private static CompletableFuture<StreamException> failure(LlmClient client) {
        var thrown = new CompletableFuture<StreamException>();
        Thread.ofVirtual().start(() -> {
            try {
                client.send(ClientFixture.REQUEST);
            } catch (StreamException e) {
                thrown.complete(e);
            }
        });
        return thrown;
    }

    /** It is still waited for a second before, and given up then. */
    private static void assertGivenUp(
            CompletableFuture<StreamException> thrown, FakeTime time, Duration limit, Phase phase) throws Exception {
        time.advance(limit.minusSeconds(1));
        assertThat(thrown).isNotDone();
        time.advance(Duration.ofSeconds(1));
        assertThat(thrown.get(5, TimeUnit.SECONDS)).isInstanceOfSatisfying(TimedOut.class, e -> {
            assertThat(e.phase()).isEqualTo(phase);
            assertThat(e.limit()).isEqualTo(limit);
        });
    }

    /** A few blanks, and then a wait that only an interrupt ends. */
    private static final class Blanks extends InputStream {
        final CountDownLatch waited = new CountDownLatch(1);
        private int blanks;

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (blanks++ < 3) {
                buffer[offset] = '\n';
                return 1;
            }
            waited.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new InterruptedIOException();
        }
    }

    @Test
    void aControllersLimitHolds() {
        try (var fixture = ClientFixture.with(Script.empty().stall())) {
            assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST, StreamController.withTimeout(LIMIT)))
                    .isInstanceOfSatisfying(
                            TimedOut.class, e -> assertThat(e.phase()).isEqualTo(Phase.TOTAL));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anErrorWhoseBodyNeverComesIsThatErrorOnceALimitIsMet(NonStreamingCall call) {
        Script refusal = Script.empty().head(401, "content-length", "100").stall();
        try (var fixture = ClientFixture.with(Timeouts.none().with(Phase.TOTAL, LIMIT), refusal)) {
            assertThatThrownBy(() -> call.send(fixture.client))
                    .isInstanceOfSatisfying(
                            ApiError.class, e -> assertThat(e.status()).isEqualTo(401));
        }
    }
}
