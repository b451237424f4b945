package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.StreamController;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each limit against a peer on a real socket. {@link DeadlinesTest} has the rules under a clock of its own. */
@Timeout(30)
class TimeLimitsTest {
    private static final Duration LIMIT = Duration.ofMillis(300);

    /** The promise is 100 ms. The median is held to it; any one limit has more, for the machine may be busy. */
    private static final Duration PROMISE = Duration.ofMillis(100);

    private static final Duration LATEST = LIMIT.plusSeconds(2);
    private static final List<Duration> LATE = new CopyOnWriteArrayList<>();

    @AfterAll
    static void theMedianKeepsThePromise() {
        List<Duration> late = LATE.stream().sorted().toList();
        if (!late.isEmpty()) { // else a single other test was asked for
            assertThat(late.get(late.size() / 2)).as("of %s", late).isLessThan(PROMISE);
        }
    }

    private static void assertPrompt(long start) {
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(took).isBetween(LIMIT, LATEST);
        LATE.add(took.minus(LIMIT));
    }

    static Stream<Arguments> peersThatKeepTheConnectionAndLetOneWait() {
        Script pings = Script.stream().sse(begin("a")).repeatPaced(ping(), 200, Duration.ofMillis(20));
        Script words = Script.stream().sse(begin("a")).repeatPaced(text(0, "b"), 200, Duration.ofMillis(20));
        return Stream.of(
                arguments(Phase.HEADERS, Script.empty().stall(), ""),
                arguments(Phase.FIRST_EVENT, Script.stream().stall(), ""),
                arguments(Phase.FIRST_EVENT, Script.stream().repeatPaced(ping(), 200, Duration.ofMillis(20)), ""),
                arguments(Phase.IDLE, Script.stream().sse(begin("a")).stall(), "a"),
                arguments(Phase.STALL, pings, "a"),
                arguments(Phase.STALL, Script.stream().sse(begin("a")).stall(), "a"),
                arguments(Phase.TOTAL, words, "ab"),
                arguments(Phase.TOTAL, Script.empty().stall(), ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("peersThatKeepTheConnectionAndLetOneWait")
    void aLimitFiresNamesItsPhaseAndCarriesThePartial(Phase phase, Script script, String partial) {
        try (var fixture = ClientFixture.with(Timeouts.none().with(phase, LIMIT), script)) {
            long start = System.nanoTime();
            try (var stream = fixture.stream()) {
                assertThatThrownBy(stream::finalMessage).isInstanceOfSatisfying(TimedOut.class, e -> {
                    assertThat(e.phase()).isEqualTo(phase);
                    assertThat(e.limit()).isEqualTo(LIMIT);
                    assertThat(e.partial().text()).startsWith(partial);
                    assertThat(e.partial()).isEqualTo(stream.snapshot());
                });
                assertPrompt(start);
                assertThat(stream.isErrored()).isTrue();
            }
            fixture.peer.awaitGone(Duration.ofSeconds(2));
        }
    }

    @Test
    void connectingHasItsOwnLimit() {
        try (var hole = ScriptedPeer.unreachable();
                var client = ClientFixture.client(
                        hole.uri(""),
                        settings -> settings.timeouts(Timeouts.none().with(Phase.CONNECT, LIMIT)))) {
            long start = System.nanoTime();
            try (var stream = client.stream(ClientFixture.REQUEST)) {
                assertThatThrownBy(stream::done).isInstanceOfSatisfying(TimedOut.class, e -> {
                    assertThat(e.phase()).isEqualTo(Phase.CONNECT);
                    assertThat(e.limit()).isEqualTo(LIMIT);
                });
                assertPrompt(start);
            }
        }
    }

    @Test
    void aControllersLimitReplacesTheClientsLongerOrShorter() {
        var shorter = StreamController.builder().idleTimeout(LIMIT).build();
        var longer = StreamController.withTimeout(Duration.ofSeconds(20));
        Script slow = Script.stream()
                .pause(Duration.ofMillis(500))
                .sse(answer("late"))
                .end();
        try (var fixture = ClientFixture.with(
                Timeouts.none().with(Phase.TOTAL, LIMIT.plus(LIMIT)),
                Script.stream().sse(begin("a")).stall(),
                slow)) {
            try (var stream = fixture.stream(shorter)) {
                assertThatThrownBy(stream::done)
                        .isInstanceOfSatisfying(
                                TimedOut.class, e -> assertThat(e.phase()).isEqualTo(Phase.IDLE));
            }
            try (var stream = fixture.stream(longer)) {
                assertThat(stream.finalText()).isEqualTo("late");
            }
        }
    }

    @Test
    void aSlowConsumerIsNoSilentServer() throws Exception {
        var limits = Timeouts.none().with(Phase.IDLE, LIMIT).with(Phase.STALL, LIMIT);
        try (var fixture = ClientFixture.with(
                        settings -> settings.timeouts(limits).queueCapacity(2),
                        Script.stream(answer("a", "b", "c", "d", "e", "f")));
                var stream = fixture.stream()) {
            var events = stream.iterator();
            events.next();
            long until = System.nanoTime() + LIMIT.multipliedBy(2).toNanos();
            while (System.nanoTime() < until) { // a consumer with something else to do
                Thread.onSpinWait();
            }
            while (events.hasNext()) {
                events.next();
            }
            assertThat(stream.finalText()).isEqualTo("abcdef");
        }
    }

    @Test
    void everythingThatWasReceivedIsHandedOutBeforeTheTimeout() throws Exception {
        try (var fixture = ClientFixture.with(
                        Timeouts.none().with(Phase.IDLE, LIMIT),
                        Script.stream().sse(begin("a", "b")).stall());
                var stream = fixture.stream()) {
            fixture.peer.awaitGone(Duration.ofSeconds(5)); // the limit has fired
            ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
            assertThat(collected.events()).hasSize(4);
            assertThat(collected.failure()).isInstanceOf(TimedOut.class);
        }
    }

    @Test
    void aConsumerThatComesLateToAQueueOfOneIsNoSilentServer() {
        var limits = Timeouts.none().with(Phase.FIRST_EVENT, LIMIT);
        try (var fixture = ClientFixture.with(
                        settings -> settings.timeouts(limits).queueCapacity(1), Script.stream(answer("a", "b")));
                var stream = fixture.stream()) {
            stream.response();
            long until = System.nanoTime() + LIMIT.multipliedBy(2).toNanos();
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            assertThat(stream.finalText()).isEqualTo("ab");
        }
    }

    @Test
    void anErrorWhoseBodyNeverComesIsThatErrorOnceALimitIsMet() {
        Script refusal = Script.empty()
                .head(401, "content-length", "100", "request-id", "req_9")
                .stall();
        for (Phase phase : new Phase[] {Phase.FIRST_EVENT, Phase.IDLE, Phase.TOTAL}) {
            try (var fixture = ClientFixture.with(Timeouts.none().with(phase, LIMIT), refusal);
                    var stream = fixture.stream()) {
                assertThatThrownBy(stream::done).isInstanceOfSatisfying(ApiError.class, e -> {
                    assertThat(e.status()).isEqualTo(401);
                    assertThat(e.requestId()).contains("req_9");
                });
                fixture.peer.awaitGone(Duration.ofSeconds(2));
            }
        }
    }
}
