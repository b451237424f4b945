package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.message.Conversation;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A relay whose journal has runs that nobody works on. */
@Timeout(60)
class RunRecoveryTest {
    private static final StartRequest ASKED =
            new StartRequest(ALICE, "", new Conversation(List.of(), List.of()), Map.of());

    private final RunJournal shared = RunJournal.inMemory();
    private final MemoryResumeLog log = MemoryResumeLog.builder().build();
    private final FakeTime time = new FakeTime();
    private final AtomicInteger claims = new AtomicInteger();
    private final Deque<Relay> relays = new ArrayDeque<>();

    @AfterEach
    void close() {
        relays.forEach(relay -> relay.shutdown(Duration.ZERO));
    }

    /** A relay that looks for runs in this journal, and has no limits on time. */
    private Relay relay(RunJournal journal, ResumeLog log, UnaryOperator<Relay.Builder> settings) {
        var counted = new ForwardingJournal(journal) {
            @Override
            Claim changed(Claim claim) {
                claims.incrementAndGet();
                return claim;
            }
        };
        Relay relay = settings.apply(Relay.builder()
                        .log(log)
                        .journal(counted)
                        .time(time)
                        .idleTimeout(Duration.ZERO)
                        .totalTimeout(Duration.ZERO)
                        .abandonAfter(Duration.ofDays(1)))
                .build();
        relays.add(relay);
        return relay;
    }

    private Relay relay(RunJournal journal) {
        return relay(journal, log, builder -> builder);
    }

    /** A run whose machine was lost, and what its watchers are told. */
    private WatchedRun lost(String id) {
        try (Claim claim = shared.claim(id)) {
            claim.append(StartRecord.of(ASKED));
        }
        log.createDurable(id, ALICE, reason -> {}).leave();
        var watched = new WatchedRun(event -> {});
        log.subscribe(id, ALICE, 0, watched);
        return watched;
    }

    @Test
    void aStreamThatItsMachineDidNotBeginHasItsFirstEventAsNumberOne() {
        try (Claim claim = shared.claim("a")) {
            claim.append(StartRecord.of(ASKED));
        }
        relay(shared).recoverWith(RunRecoveryTest::completing);
        await().ignoreExceptions().until(() -> log.isDelivered("a", ALICE, 1));
    }

    private static RunSource completing(StartRequest request) {
        var unused = request.journal().orElseThrow().records();
        return ScriptedRun.counting(1);
    }

    private void awaitInTime(WatchedRun watched, String type) {
        await().until(() -> {
            time.advance(Duration.ofSeconds(3));
            return watched.types().contains(type);
        });
        assertThat(watched.types()).containsExactly(type);
    }

    /** Waits until so many threads sleep, or timers run. */
    private void awaitTimers(int timers) {
        await().until(() -> time.scheduled() == timers);
    }

    @Test
    void aRelayThatHasAsManyRunsAsItMayLeavesTheRestToOthers() {
        Relay relay = relay(shared, log, builder -> builder.streams(new Quota(9, 9, 1)));
        var first = new ScriptedRun();
        relay.start(ALICE, first);
        WatchedRun watched = lost("a");
        relay.recoverWith(RunRecoveryTest::completing);
        for (int i = 0; i < 10; i++) {
            awaitTimers(2); // that of whoever looks, and that of the run that nobody watches
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
        relay.recoverWith(RunRecoveryTest::completing);
        awaitInTime(watched, "stream_complete");
        assertThat(claims).hasValue(1);
    }

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
        relay(shared, unreachableWhile(down), builder -> builder).recoverWith(RunRecoveryTest::completing);
        await().until(() -> {
            time.advance(Duration.ofSeconds(10));
            return claims.get() > 10;
        });
        down.set(false);
        awaitInTime(watched, "stream_complete");
    }

    /** As of a full disk: the run asks the model each time, before its first record is refused. */
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

    @Test
    void aRunThatFailsFiveTimesIsGivenUpByTheNextClaim() {
        var attempts = new AtomicInteger();
        WatchedRun watched = lost("a");
        relay(shared).recoverWith(request -> {
            attempts.incrementAndGet();
            throw new StackOverflowError();
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
        relay(shared, unreachableWhile(down), builder -> builder).recoverWith(RunRecoveryTest::completing);
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
                .recoverWith(RunRecoveryTest::completing);
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
                .recoverWith(RunRecoveryTest::completing);
        awaitInTime(watched, "stream_complete");
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
        relay.recoverWith(RunRecoveryTest::completing);
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
                .recoverWith(RunRecoveryTest::completing);
        awaitTimers(1);
        assertThat(looks).hasValue(1);
        failing.set(false);
        awaitInTime(watched, "stream_complete");
    }

    private ResumeLog unreachableWhile(AtomicBoolean down) {
        return new ForwardingLog(log) {
            @Override
            public Optional<Writer> takeOver(String streamId, Session owner, Consumer<String> cancel) {
                if (down.get()) {
                    throw new RelayException(Code.UNAVAILABLE, "down, on purpose");
                }
                return super.takeOver(streamId, owner, cancel);
            }
        };
    }

    private ForwardingJournal changing(UnaryOperator<Claim> change) {
        return new ForwardingJournal(shared) {
            @Override
            Claim changed(Claim claim) {
                return change.apply(claim);
            }
        };
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
                .recoverWith(RunRecoveryTest::completing);
        assertThat(attempt.get().join(Duration.ofSeconds(10))).isTrue();
        assertThat(watched.types()).isEmpty();
        relay(shared).recoverWith(RunRecoveryTest::completing);
        awaitInTime(watched, "stream_complete");
    }

    @Test
    void aRunThatIsNotTheRelaysIsLeftAlone() {
        try (Claim claim = shared.claim("order-4711")) {
            claim.append("{\"type\":\"turn\",\"turn\":1}");
        }
        WatchedRun watched = lost("a");
        Relay relay = relay(shared);
        relay.recoverWith(RunRecoveryTest::completing);
        awaitTimers(2); // that of whoever looks, and that of whoever gives the claim up later
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
        relay(shared).recoverWith(RunRecoveryTest::completing);
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
}
