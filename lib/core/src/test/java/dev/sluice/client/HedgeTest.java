package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.messageDelta;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason;
import dev.sluice.FakeTime;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.TimeSource;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Prices;
import dev.sluice.client.StreamReport.Hop;
import dev.sluice.client.StreamReport.Hop.Reason;
import dev.sluice.test.peer.Script;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A second provider that is asked when the first says nothing. The clock is the test's. */
@Timeout(30)
class HedgeTest {
    private static final Duration DELAY = Duration.ofMillis(300);
    private static final int STREAMS = 200;

    /** A clock that the test moves, and that says when the wait for a hedge begins. */
    private static final class HedgeTime implements TimeSource {
        final FakeTime fake = new FakeTime();
        final Semaphore waits = new Semaphore(0);

        @Override
        public long nanos() {
            return fake.nanos();
        }

        @Override
        public Instant now() {
            return fake.now();
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            Scheduled scheduled = fake.schedule(delay, task);
            if (delay.equals(DELAY)) {
                waits.release();
            }
            return scheduled;
        }

        void passDelay() throws InterruptedException {
            waits.acquire();
            fake.advance(DELAY);
        }
    }

    private final HedgeTime time = new HedgeTime();

    private FailoverFixture hedged(Script first, Script second) {
        return hedged(new Script[] {first}, second);
    }

    private FailoverFixture hedged(Script[] first, Script second) {
        return new FailoverFixture()
                .claude(settings -> settings.time(time), first)
                .claude(settings -> settings.time(time), second)
                .build(settings -> settings.hedgeAfter(DELAY));
    }

    private static Script silent() {
        return Script.stream().sse(messageStart(), ping(), textStart(0)).stall();
    }

    @Test
    void ofSlowStartsOfThreeSecondsTheFirstWordsOfNinetyNineInAHundredComeInHalfASecond() throws Exception {
        Script[] starts = new Script[STREAMS];
        for (int i = 0; i < STREAMS; i++) {
            starts[i] = i % 20 == 7
                    ? silent()
                    : Script.stream(answer("Rivers run.")); // 5 % take 3 s, or as long as you like
        }
        try (var fixture = hedged(starts, Script.stream(answer("Rivers run.")))) {
            List<Duration> first = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                try (var stream = fixture.stream()) {
                    if (i % 20 == 7) {
                        time.waits.drainPermits();
                        fixture.peers.getFirst().awaitRequest(i + 1);
                        time.fake.advance(DELAY);
                    }
                    assertThat(stream.finalText()).isEqualTo("Rivers run.");
                    first.add(stream.metrics().timeToFirstToken().orElseThrow());
                }
            }
            first.sort(null);
            assertThat(first.get(STREAMS * 99 / 100)).isLessThan(Duration.ofMillis(500));
            await().until(() -> fixture.wholes.size() == STREAMS);
            List<StreamReport> doubled = fixture.wholes.stream()
                    .filter(whole -> whole.hops().size() == 2)
                    .toList();
            assertThat(doubled).hasSize(STREAMS / 20);
            assertThat(doubled).allSatisfy(whole -> {
                Hop loser = whole.hops().getFirst();
                assertThat(loser.answered()).isFalse();
                assertThat(loser.end()).isInstanceOf(EndReason.Cancelled.class);
                assertThat(loser.usage().totalInputTokens()).as("extra tokens").isPositive();
                assertThat(whole.hops().getLast().reason()).isEqualTo(Reason.HEDGE);
            });
        }
    }

    @Test
    void theFirstContentWinsAndTheLoserIsCancelledAtOnceAndPriced() throws Exception {
        var prices = Prices.uncached(BigDecimal.valueOf(3), BigDecimal.valueOf(15));
        try (var fixture = new FailoverFixture()
                .claude(settings -> settings.time(time), silent())
                .claude(
                        settings -> settings.time(time),
                        Script.stream().sse(begin("Rivers ")).stall())) {
            fixture.build(settings -> settings.hedgeAfter(DELAY).prices(fixture.clients.getFirst(), prices));
            try (var stream = fixture.stream()) {
                time.passDelay();
                assertThat(stream.text().findFirst()).contains("Rivers ");
                fixture.peers.getFirst().awaitGone(Duration.ofSeconds(5));
            }
            await().until(() -> !fixture.wholes.isEmpty());
            Hop loser = fixture.wholes.getFirst().hops().getFirst();
            assertThat(loser.cost())
                    .isEqualByComparingTo(prices.cost(loser.usage()))
                    .isPositive();
        }
    }

    @Test
    void aHeadAPingAndTheMessagesStartDoNotWin() throws Exception {
        var open = new CountDownLatch(1);
        var late = Script.stream()
                .sse(messageStart(), textStart(0))
                .gate(open)
                .sse(text(0, "A"))
                .stall();
        try (var fixture = hedged(late, silent());
                var stream = fixture.stream()) {
            time.passDelay();
            fixture.peers.getLast().awaitRequest(1);
            open.countDown();
            assertThat(stream.text().findFirst()).contains("A");
        }
    }

    @Test
    void anErrorNeverWins() throws Exception {
        var open = new CountDownLatch(1);
        var refused = new CountDownLatch(1);
        var late = Script.stream().gate(open).sse(answer("A")).end();
        var overloaded =
                Script.json(529, errorJson("overloaded_error", "Overloaded")).reach(refused);
        try (var fixture = hedged(late, overloaded);
                var stream = fixture.stream()) {
            time.passDelay();
            refused.await();
            await().until(() -> fixture.parts.size() == 1);
            open.countDown();
            assertThat(stream.finalText()).isEqualTo("A");
        }
    }

    @Test
    void ifTheHedgeFailsTheOneAfterItIsAskedBesideTheSilentOne() throws Exception {
        try (var fixture = new FailoverFixture()
                        .claude(settings -> settings.time(time), silent())
                        .claude(
                                settings -> settings.time(time),
                                Script.json(529, errorJson("overloaded_error", "Overloaded")))
                        .claude(settings -> settings.time(time), Script.stream(answer("C")))
                        .build(settings -> settings.hedgeAfter(DELAY));
                var stream = fixture.stream()) {
            time.passDelay();
            assertThat(stream.finalText()).isEqualTo("C");
            await().until(() -> !fixture.wholes.isEmpty());
            assertThat(fixture.wholes.getFirst().hops())
                    .map(Hop::reason)
                    .containsExactly(Reason.FIRST, Reason.HEDGE, Reason.HEDGE);
        }
    }

    @Test
    void anAnswerWithoutContentNeverWinsUnlessThereIsNoOther() throws Exception {
        var open = new CountDownLatch(1);
        String[] nothing = {messageStart(), messageDelta("refusal", 1), messageStop()};
        var late = Script.stream().gate(open).sse(answer("A")).end();
        try (var fixture = hedged(late, Script.stream(nothing));
                var stream = fixture.stream()) {
            time.passDelay();
            await().until(() -> fixture.parts.size() == 1);
            open.countDown();
            assertThat(stream.finalText()).isEqualTo("A");
        }
        var broken = Script.stream().gate(open).cut();
        try (var fixture = hedged(broken, Script.stream(nothing));
                var stream = fixture.stream()) {
            time.passDelay();
            assertThat(stream.finalMessage().stopReason()).isEqualTo("refusal");
        }
    }

    @Test
    void ifBothFailTheFailureSaysWhatBothSaid() throws Exception {
        var open = new CountDownLatch(1);
        var first = Script.empty().gate(open).cut();
        try (var fixture = hedged(first, Script.json(500, errorJson("api_error", "second words")));
                var stream = fixture.stream()) {
            time.passDelay();
            await().until(() -> fixture.parts.size() == 1);
            open.countDown();
            var failure = (StreamException) ClientFixture.collect(stream).failure();
            assertThat(failure).hasMessageContaining("second words");
            assertThat(failure.getSuppressed()).isNotEmpty();
        }
    }

    @Test
    void itIsNotSentWhenTheBudgetIsSpent() throws Exception {
        var open = new CountDownLatch(1);
        var late = Script.stream() // silent before the gate: the spent budget ends an answer at its first event
                .gate(open)
                .sse(messageStart(), textStart(0), text(0, "A"), blockStop(0))
                .stall();
        Budget budget = Budget.outputTokens(10);
        try (var fixture = hedged(late, Script.stream(answer("B")));
                var stream = fixture.client.stream(FailoverFixture.REQUEST, budget);
                var other = ClientFixture.with(
                        Script.stream().sse(begin("many words ".repeat(100))).stall());
                var spending = other.client.stream(FailoverFixture.REQUEST, budget)) {
            fixture.peers.getFirst().awaitRequest(1);
            spending.done();
            time.passDelay();
            await().until(() -> fixture.parts.size() == 1); // the hedge's, which ended before it was sent
            open.countDown();
            stream.done();
            assertThat(stream.endReason()).containsInstanceOf(EndReason.LimitReached.class);
            assertThat(fixture.requests()).containsExactly(1, 0);
        }
    }

    @Test
    void aCancelStopsBoth() throws Exception {
        StreamController controller = StreamController.withCancellation();
        try (var fixture = hedged(silent(), silent());
                var stream = fixture.client.stream(FailoverFixture.REQUEST, controller)) {
            time.passDelay();
            fixture.peers.getLast().awaitRequest(1);
            controller.cancel();
            stream.done();
            fixture.peers.getFirst().awaitGone(Duration.ofSeconds(5));
            fixture.peers.getLast().awaitGone(Duration.ofSeconds(5));
        }
    }

    @Test
    void aStreamThatIsCancelledTeachesNothing() throws Exception {
        try (var fixture = new FailoverFixture()
                .claude(settings -> settings.time(time), silent().times(21))
                .claude(settings -> settings.time(time))
                .build(settings -> settings.hedgeAfterP95(DELAY))) {
            for (int i = 0; i <= 20; i++) {
                try (var stream = fixture.stream()) {
                    assertThat(time.waits.tryAcquire(10, TimeUnit.SECONDS))
                            .as("stream %d waits as long as the others", i)
                            .isTrue();
                    stream.cancel("enough");
                    await().until(() -> fixture.client.running() == 0);
                }
            }
        }
    }

    @Test
    void itIsOffUnlessItIsWanted() {
        try (var fixture = new FailoverFixture()
                        .claude(settings -> settings.time(time), Script.stream(answer("A")))
                        .claude(settings -> settings.time(time))
                        .build();
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("A");
            assertThat(time.waits.availablePermits()).isZero();
        }
    }

    @Test
    void theDelayIsThatOfNinetyFiveInAHundredOfTheLastAnswers() {
        HedgeDelay delay = HedgeDelay.ofLastAnswers(Duration.ofSeconds(5));
        for (int i = 0; i < 20; i++) {
            assertThat(delay.delay()).isEqualTo(Duration.ofSeconds(5));
            delay.note(Duration.ofMillis(i == 0 ? 3000 : 200).toNanos());
        }
        assertThat(delay.delay()).isBetween(Duration.ofMillis(200), Duration.ofMillis(230));
        for (int i = 0; i < 300; i++) {
            delay.note(Duration.ofMillis(800).toNanos());
        }
        assertThat(delay.delay())
                .as("the old ones are forgotten")
                .isBetween(Duration.ofMillis(800), Duration.ofMillis(905));
    }
}
