package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A relay whose journal has runs that nobody works on. */
@Timeout(60)
class RunRecoveryTest extends LostRuns {
    @Test
    void aStreamThatItsMachineDidNotBeginHasItsFirstEventAsNumberOne() {
        try (Claim claim = shared.claim("a")) {
            claim.append(StartRecord.of(ASKED));
        }
        relay(shared).recoverWith(LostRuns::completing);
        await().ignoreExceptions().until(() -> log.isDelivered("a", ALICE, 1));
    }

    @Test
    void aRelayThatHasAsManyRunsAsItMayLeavesTheRestToOthers() {
        Relay relay = relay(shared, log, builder -> builder.streams(new Quota(9, 9, 1)));
        var first = new ScriptedRun();
        relay.start(ALICE, first);
        WatchedRun watched = lost("a");
        relay.recoverWith(LostRuns::completing);
        for (int i = 0; i < 10; i++) {
            awaitTimers(2); // the pause of the search, and the timer of the run that nobody watches
            time.advance(Duration.ofSeconds(3));
        }
        assertThat(claims).hasValue(0);
        first.say(new RunEvent.StreamComplete());
        awaitInTime(watched, "stream_complete");
    }

    @Test
    void aLostRunIsNotRefusedForTheOtherRunsOfItsSession() {
        Relay relay = relay(shared, log, builder -> builder.streamsPerSession(1));
        relay.start(ALICE, new ScriptedRun());
        WatchedRun watched = lost("a");
        relay.recoverWith(LostRuns::completing);
        awaitInTime(watched, "stream_complete");
        assertThat(claims).hasValue(1);
    }

    @Test
    void aStreamThatCannotBeLeftDoesNotKeepThePlaceOfItsRun() {
        var attempts = new AtomicInteger();
        WatchedRun watched = lost("a");
        var unsteady = new ForwardingLog(log) {
            @Override
            public Optional<Writer> takeOver(String streamId, Session owner, Consumer<String> cancel) {
                return super.takeOver(streamId, owner, cancel).map(writer -> new ForwardingWriter(writer) {
                    @Override
                    public void leave() {
                        throw new RelayException(Code.UNAVAILABLE, "down, on purpose");
                    }
                });
            }
        };
        relay(shared, unsteady, builder -> builder.streams(new Quota(9, 9, 1))).recoverWith(request -> {
            if (attempts.incrementAndGet() == 1) {
                throw new IllegalStateException("a register of runs is down");
            }
            return completing(request);
        });
        awaitInTime(watched, "stream_complete");
    }

    @Test
    void aStreamWhoseLastEventIsStoredEndsWithIt() throws Exception {
        WatchedRun watched = lost("a");
        ResumeLog.Writer killed = log.takeOver("a", ALICE, reason -> {}).orElseThrow();
        killed.append("stream_complete", "{\"type\":\"stream_complete\"}");
        killed.leave();
        relay(shared).recoverWith(request -> {
            throw new AssertionError("it needs no run");
        });
        watched.awaitEnd();
        assertThat(watched.types()).containsExactly("stream_complete");
        await().until(() -> isOver("a"));
    }

    @Test
    void aRunThatIsStoppedWhileItIsBeingMadeIsStopped() throws Exception {
        var making = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        var run = new ScriptedRun();
        WatchedRun watched = lost("a");
        Relay relay = relay(shared);
        relay.recoverWith(request -> {
            var unused = request.journal().orElseThrow().records();
            making.countDown();
            stopped.await();
            return run;
        });
        making.await();
        relay.cancel(ALICE, "a", "enough");
        stopped.countDown();
        watched.awaitEnd();
        assertThat(watched.events.getFirst().json()).contains("cancelled");
        assertThat(run.cancels).hasSize(1);
        await().until(() -> isOver("a"));
    }

    @Test
    void aStopIsNotedBeforeAnyMachineIsAskedToStop() {
        WatchedRun watched = lost("a");
        var noted = new AtomicBoolean();
        log.takeOver("a", ALICE, reason -> noted.set(!shared.answer("a", DurableRun.STOPPED, "{}")));
        Relay relay = relay(shared);
        assertThatThrownBy(() -> relay.cancel(RelayFixture.BOB, "a", "not his"))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.code()).isEqualTo(Code.UNKNOWN));
        relay.cancel(ALICE, "a", "enough");
        assertThat(noted).isTrue();
        relay.recoverWith(LostRuns::completing);
        awaitInTime(watched, "stream_error");
    }

    @Test
    void aStopThatCannotBeAskedForIsAskedForByTheNextClaim() {
        var asked = new AtomicInteger();
        var silent = new ScriptedRun();
        WatchedRun watched = lost("a");
        Relay relay = relay(changing(claim -> new ForwardingJournal.ForwardingClaim(claim) {
            @Override
            public Map<String, String> answers() {
                if (asked.incrementAndGet() == 2) {
                    throw new JournalException(JournalException.Code.UNAVAILABLE, "too many open files");
                }
                return super.answers();
            }
        }));
        relay.recoverWith(request -> {
            var unused = request.journal().orElseThrow().records();
            return claims.get() == 1 ? silent : ScriptedRun.counting(1);
        });
        awaitInTime(watched, "stream_complete");
        await().until(() -> relay.running() == 0);
        assertThat(silent.cancels).hasSize(1);
    }

    @Test
    void aMachineThatHasLostARunDoesNotEndItForItsWatchers() throws Exception {
        var journal = new MortalJournal(shared);
        var attempt = new CompletableFuture<Thread>();
        WatchedRun watched = lost("a");
        relay(new ForwardingJournal(journal) {
                    @Override
                    Claim changed(Claim claim) {
                        return new ForwardingClaim(claim) {
                            @Override
                            public Map<String, String> answers() {
                                attempt.complete(Thread.currentThread());
                                journal.die();
                                return Map.of(DurableRun.STOPPED, "{}");
                            }
                        };
                    }
                })
                .recoverWith(LostRuns::completing);
        assertThat(attempt.get().join(Duration.ofSeconds(10))).isTrue();
        assertThat(watched.types()).isEmpty();
        relay(shared).recoverWith(LostRuns::completing);
        awaitInTime(watched, "stream_complete");
    }

    @Test
    void aRunThatIsNotTheRelaysIsLeftAlone() {
        try (Claim claim = shared.claim("order-4711")) {
            claim.append("{\"type\":\"turn\",\"turn\":1}");
        }
        WatchedRun watched = lost("a");
        Relay relay = relay(shared);
        relay.recoverWith(LostRuns::completing);
        awaitTimers(2); // the pause of the search, and the pause before the claim is given up
        awaitInTime(watched, "stream_complete");
        assertThat(shared.firstRecord("order-4711")).isPresent();
        relay.close();
        await().until(() -> {
            time.advance(Duration.ofSeconds(3));
            Optional<Claim> found = shared.claimAbandoned();
            found.ifPresent(Claim::close);
            return found.isPresent();
        });
    }

    @Test
    void aRunThatHadNotBegunIsOver() {
        shared.claim("a").close();
        relay(shared).recoverWith(LostRuns::completing);
        await().until(() -> claims.get() == 1 && isOver("a"));
    }

    private boolean isOver(String id) {
        try {
            shared.answer(id, "b", "{}");
            return false;
        } catch (JournalException e) {
            return e.code() == JournalException.Code.UNKNOWN;
        }
    }

    @Test
    void aRunThatIsBeingMadeTakesOnePlaceOfAll() throws Exception {
        var made = new AtomicInteger();
        var go = new CountDownLatch(1);
        lost("a");
        Relay relay = relay(shared, log, builder -> builder.streams(new Quota(9, 9, 2)));
        relay.recoverWith(request -> {
            made.incrementAndGet();
            go.await();
            return completing(request);
        });
        await().until(() -> made.get() == 1);
        lost("b");
        try {
            await().until(() -> {
                time.advance(Duration.ofSeconds(1));
                return made.get() == 2;
            });
        } finally {
            go.countDown();
        }
    }
}
