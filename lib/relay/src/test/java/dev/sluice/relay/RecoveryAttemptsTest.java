package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A relay that cannot take a run over tries again, and gives the run up in the end. */
@Timeout(60)
class RecoveryAttemptsTest extends LostRuns {
    @Test
    void anAttemptAfterAFailureHasTheRecordsOfTheOneBefore() {
        var records = new CopyOnWriteArrayList<Integer>();
        WatchedRun watched = lost("a");
        relay(shared).recoverWith(request -> {
            Claim claim = request.journal().orElseThrow();
            records.add(claim.records().size());
            if (records.size() == 1) {
                claim.append("{\"type\":\"done by a run that the factory had started\"}");
                throw new IllegalStateException("a register of runs is down");
            }
            return completing(request);
        });
        awaitInTime(watched, "stream_complete");
        assertThat(records).containsExactly(1, 2);
    }

    @Test
    void aLogThatCannotBeReachedDoesNotCountAgainstARun() {
        var down = new AtomicBoolean(true);
        WatchedRun watched = lost("a");
        relay(shared, unreachableWhile(down), builder -> builder).recoverWith(LostRuns::completing);
        await().until(() -> {
            time.advance(Duration.ofSeconds(10));
            return claims.get() > 10;
        });
        down.set(false);
        awaitInTime(watched, "stream_complete");
    }

    /** As on a full disk, where a run asks the model each time before its first record is refused. */
    @Test
    void aRunThatIsLeftAgainAndAgainWaitsLongerEachTime() {
        var starts = new AtomicInteger();
        lost("a");
        relay(shared).recoverWith(request -> {
            starts.incrementAndGet();
            Claim claim = request.journal().orElseThrow();
            var unused = claim.records();
            claim.close();
            return new ScriptedRun().end();
        });
        for (int second = 0; second < 60; second++) {
            time.advance(Duration.ofSeconds(1));
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> time.scheduled() > 0);
        }
        assertThat(starts).hasValueBetween(1, 6);
    }

    static Stream<Throwable> failures() {
        return Stream.of(new StackOverflowError(), new InterruptedException("on purpose"), new IllegalStateException());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aRunThatFailsFiveTimesIsGivenUpByTheNextClaim(Throwable failure) {
        var attempts = new AtomicInteger();
        WatchedRun watched = lost("a");
        relay(shared).recoverWith(request -> {
            attempts.incrementAndGet();
            switch (failure) {
                case Exception e -> throw e;
                default -> throw (Error) failure;
            }
        });
        awaitInTime(watched, "stream_error");
        assertThat(watched.events.getFirst().json()).contains("producer_lost");
        assertThat(attempts).hasValue(5);
        assertThat(claims).hasValue(6);
        await().until(() -> shared.firstRecord("a").isEmpty()); // it has ended
    }

    @Test
    void anEndThatCannotBeToldIsTriedAgainLater() {
        var down = new AtomicBoolean(true);
        WatchedRun watched = lost("a");
        shared.answer("a", DurableRun.STOPPED, "{}");
        relay(shared, unreachableWhile(down), builder -> builder).recoverWith(LostRuns::completing);
        await().until(() -> {
            time.advance(Duration.ofSeconds(10));
            return claims.get() > 6;
        });
        down.set(false);
        awaitInTime(watched, "stream_error");
        assertThat(watched.events.getFirst().json()).contains("cancelled");
    }

    @Test
    void aRunWhoseAnswersCannotBeReadIsTriedAgain() {
        var failing = new AtomicBoolean(true);
        WatchedRun watched = lost("a");
        relay(changing(claim -> new ForwardingJournal.ForwardingClaim(claim) {
                    @Override
                    public Map<String, String> answers() {
                        if (failing.getAndSet(false)) {
                            throw new JournalException(JournalException.Code.UNAVAILABLE, "too many open files");
                        }
                        return super.answers();
                    }
                }))
                .recoverWith(LostRuns::completing);
        awaitInTime(watched, "stream_complete");
    }

    @Test
    void anErrorBeforeARunIsTakenOverKeepsNoClaim() {
        var failing = new AtomicBoolean(true);
        WatchedRun watched = lost("a");
        relay(changing(claim -> new ForwardingJournal.ForwardingClaim(claim) {
                    @Override
                    public void onLost(Runnable action) {
                        if (failing.getAndSet(false)) {
                            throw new OutOfMemoryError("on purpose");
                        }
                        super.onLost(action);
                    }
                }))
                .recoverWith(LostRuns::completing);
        awaitInTime(watched, "stream_complete");
    }

    @Test
    void aJournalThatFailsIsAskedAgainLater() {
        var looks = new AtomicInteger();
        var failing = new AtomicBoolean(true);
        WatchedRun watched = lost("a");
        relay(new ForwardingJournal(shared) {
                    @Override
                    public Optional<Claim> claimAbandoned() {
                        looks.incrementAndGet();
                        if (failing.get()) {
                            throw new AssertionError("on purpose");
                        }
                        return super.claimAbandoned();
                    }
                })
                .recoverWith(LostRuns::completing);
        awaitTimers(1);
        assertThat(looks).hasValue(1);
        failing.set(false);
        awaitInTime(watched, "stream_complete");
    }

    /** The claim of a {@code ToolLoop} that does not start is still the factory's, so a careful factory closes it. */
    @Test
    void aFactoryThatGivesItsClaimUpAndFailsIsTriedFiveTimes() {
        var attempts = new AtomicInteger();
        WatchedRun watched = lost("a");
        relay(shared).recoverWith(request -> {
            if (attempts.incrementAndGet() > 50) { // a test that fails does not keep a processor busy
                return completing(request);
            }
            request.journal().orElseThrow().close();
            throw new IllegalStateException("a register of runs is down");
        });
        awaitInTime(watched, "stream_error");
        assertThat(attempts).hasValue(5);
    }

    @Test
    void aStopIsNotHeldUpByThePauseBeforeTheNextAttempt() {
        WatchedRun watched = lost("a");
        Relay relay = relay(shared);
        relay.recoverWith(request -> {
            throw new IllegalStateException("a register of runs is down");
        });
        await().until(() -> {
            if (claims.get() < 5) {
                time.advance(Duration.ofSeconds(1));
            }
            return claims.get() == 5 && time.scheduled() == 2; // the fifth claim waits for 16 seconds
        });
        relay.cancel(ALICE, "a", "enough");
        long stopped = time.nanos();
        await().until(() -> {
            if (time.scheduled() == 2) {
                time.advance(Duration.ofMillis(100));
            }
            return watched.types().contains("stream_error");
        });
        assertThat(watched.events.getFirst().json()).contains("cancelled");
        assertThat(Duration.ofNanos(time.nanos() - stopped)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void failuresBeforeARunCameFurtherDoNotCount() {
        var attempts = new AtomicInteger();
        WatchedRun watched = lost("a");
        relay(shared).recoverWith(request -> {
            int attempt = attempts.incrementAndGet();
            if (attempt % 2 == 1) {
                throw new IllegalStateException("the first connection after a failover is a dead one");
            }
            Claim claim = request.journal().orElseThrow();
            var unused = claim.records();
            if (attempt >= 14) {
                return ScriptedRun.counting(1);
            }
            claim.append("{\"type\":\"result\"}");
            var run = new ScriptedRun();
            run.say(new RunEvent.ToolComplete("call" + attempt, "done"));
            return new ForwardingRun(run, () -> {
                claim.close(); // as if its journal had been away for longer than the lease
                run.end();
            });
        });
        await().until(() -> {
            time.advance(Duration.ofSeconds(3));
            return watched.types().contains("stream_complete")
                    || watched.types().contains("stream_error");
        });
        assertThat(watched.types()).endsWith("stream_complete");
    }
}
