package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.provider.Credentials;
import dev.sluice.provider.claude.Claude;
import dev.sluice.test.peer.Script;
import dev.sluice.transport.TransportRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials that take for ever, whether or not they heed an interrupt, hold nobody up and send nothing late. */
@Timeout(30)
class CredentialsWaitsTest {
    private static final Duration LIMIT = Duration.ofMillis(100);
    private static final Duration PROMPT = Duration.ofSeconds(3);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void release() {
        released.countDown();
    }

    /** What is asked for credentials and does not give them. */
    enum Waiting {
        /** Gives up when it is interrupted, with an exception. */
        FAILS_AT_AN_INTERRUPT,
        /** Gives a token when it is interrupted, and hides the interrupt. */
        HIDES_THE_INTERRUPT,
        /** Takes no notice. */
        IGNORES_INTERRUPTS
    }

    private ClientFixture fixture(Waiting waiting, Timeouts timeouts) {
        Consumer<LlmClient.Builder> settings = client -> client.timeouts(timeouts);
        Script fine = Script.stream(answer("Rivers run."));
        return ClientFixture.through(
                uri -> Claude.builder()
                        .credentials(Credentials.bearer(() -> token(waiting)))
                        .baseUrl(uri)
                        .build(),
                settings,
                fine);
    }

    private String token(Waiting waiting) {
        asked.countDown();
        while (true) {
            try {
                released.await();
                return "a-token";
            } catch (InterruptedException e) {
                switch (waiting) {
                    case FAILS_AT_AN_INTERRUPT -> throw new IllegalStateException("interrupted", e);
                    case HIDES_THE_INTERRUPT -> {
                        return "a-token";
                    }
                    case IGNORES_INTERRUPTS -> {}
                }
            }
        }
    }

    /** The reader is gone, and the server has heard nothing. */
    private void assertNothingWasSent(ClientFixture fixture) {
        released.countDown();
        await().until(() -> fixture.client.running() == 0);
        assertThat(fixture.peer.connections()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aCancelFreesTheCallerAtOnce(Waiting waiting) throws Exception {
        try (var fixture = fixture(waiting, Timeouts.none())) {
            var controller = StreamController.withCancellation();
            var stream = fixture.stream(controller);
            asked.await();
            controller.cancel("enough");
            assertThat(stream.iterator().hasNext()).isFalse();
            assertThat(stream.endReason()).contains(new Cancelled("enough"));
            assertNothingWasSent(fixture);
        }
    }

    @ParameterizedTest
    @EnumSource
    void soDoesClosingTheClient(Waiting waiting) throws Exception {
        try (var fixture = fixture(waiting, Timeouts.none())) {
            var stream = fixture.stream();
            asked.await();
            fixture.client.close();
            assertThatThrownBy(stream::finalMessage).isInstanceOf(StreamException.Cancelled.class);
            assertNothingWasSent(fixture);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLimitOnHeadersHoldsAndSaysWhatWasWaitedFor(Waiting waiting) {
        try (var fixture = fixture(waiting, Timeouts.none().with(Phase.HEADERS, LIMIT));
                var stream = fixture.stream()) {
            assertTimedOut(stream::finalMessage, Phase.HEADERS);
            assertNothingWasSent(fixture);
        }
    }

    @ParameterizedTest
    @EnumSource
    void soDoesTheLimitOnTheWhole(Waiting waiting) {
        try (var fixture = fixture(waiting, Timeouts.none().with(Phase.TOTAL, LIMIT));
                var stream = fixture.stream()) {
            assertTimedOut(stream::finalMessage, Phase.TOTAL);
            assertNothingWasSent(fixture);
        }
    }

    @ParameterizedTest
    @EnumSource
    void andForWhatIsNotStreamed(NonStreamingCall call) {
        try (var fixture = fixture(Waiting.IGNORES_INTERRUPTS, Timeouts.none().with(Phase.TOTAL, LIMIT))) {
            assertTimedOut(() -> call.send(fixture.client), Phase.TOTAL);
            assertNothingWasSent(fixture);
        }
    }

    private static void assertTimedOut(ThrowingCallable call, Phase phase) {
        long start = System.nanoTime();
        assertThatThrownBy(call).isInstanceOfSatisfying(TimedOut.class, e -> {
            assertThat(e.phase()).isEqualTo(phase);
            assertThat(e.limit()).isEqualTo(LIMIT);
            assertThat(e.getMessage())
                    .contains("the supplier of authorization (a lambda of " + CredentialsWaitsTest.class.getName())
                    .contains("had not given the credentials for");
        });
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PROMPT);
    }

    /** The timer says what was waited for, and must not run the caller's code to know it. */
    @Test
    void theirNameIsAskedOnTheReadersThreadOnly() {
        var threads = new ConcurrentLinkedQueue<String>();
        Credentials named = new Credentials() {
            @Override
            public Map<String, String> headers(TransportRequest request) {
                return Map.of("authorization", token(Waiting.FAILS_AT_AN_INTERRUPT));
            }

            @Override
            public String name() {
                threads.add(Thread.currentThread().getName());
                return "the vault";
            }
        };
        try (var fixture = ClientFixture.through(
                        uri -> Claude.builder().credentials(named).baseUrl(uri).build(),
                        client -> client.timeouts(Timeouts.none().with(Phase.HEADERS, LIMIT)),
                        Script.empty().stall());
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage).hasMessageContaining("the vault had not given");
            assertThat(threads).isNotEmpty().allMatch(thread -> thread.startsWith("sluice-claude-"));
        }
    }

    /** The limits that end a wait for credentials are no verdict on the server's silence. */
    @ParameterizedTest
    @ValueSource(strings = {"HEADERS", "TOTAL"})
    void aServerThatIsSilentIsStillCalledSo(Phase phase) {
        released.countDown();
        try (var fixture = ClientFixture.through(
                        uri -> Claude.builder()
                                .credentials(Credentials.bearer(() -> token(Waiting.FAILS_AT_AN_INTERRUPT)))
                                .baseUrl(uri)
                                .build(),
                        client -> client.timeouts(Timeouts.none().with(phase, LIMIT)),
                        Script.empty().stall());
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage)
                    .isInstanceOf(TimedOut.class)
                    .message()
                    .doesNotContain("credentials");
        }
    }
}
