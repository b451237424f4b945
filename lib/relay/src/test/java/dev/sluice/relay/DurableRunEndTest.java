package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.StreamException;
import dev.sluice.message.Conversation;
import dev.sluice.relay.ForwardingJournal.ForwardingClaim;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A durable run's end, which its watchers and its journal learn from different threads. */
@Timeout(60)
class DurableRunEndTest {
    private static final StartRequest ASKED =
            new StartRequest(ALICE, "", new Conversation(List.of(), List.of()), Map.of());

    private final RunJournal journal = RunJournal.inMemory();
    private final MemoryResumeLog log = MemoryResumeLog.builder().build();
    private Relay relay = relay(journal);

    private Relay relay(RunJournal journal) {
        return Relay.builder().log(log).journal(journal).build();
    }

    @AfterEach
    void close() {
        relay.shutdown(Duration.ZERO);
    }

    /** How the events of a run end. */
    private enum Ending {
        AN_EXCEPTION,
        AN_EVENT,
        ANOTHER_EXCEPTION,
        SILENCE;

        ScriptedRun run() {
            var run = new ScriptedRun();
            return switch (this) {
                case AN_EXCEPTION -> run.fail(new StreamException.Cancelled("the client was closed"));
                case AN_EVENT -> run.say(new RunEvent.StreamError("broken", Map.of("code", "broken")));
                case ANOTHER_EXCEPTION -> run.fail(new IllegalStateException("the application's own"));
                case SILENCE -> run.end();
            };
        }
    }

    /** Starts a run whose events have this ending. The run tells its journal only when the relay waits for that. */
    private WatchedRun start(Ending ending, Consumer<Claim> tell) throws Exception {
        ScriptedRun run = ending.run();
        String id = relay.start(Caller.of(ALICE), ASKED, request -> {
            Claim claim = request.journal().orElseThrow();
            var unused = claim.records();
            return new ForwardingRun(run, () -> {
                Thread carrying = Thread.currentThread();
                Thread.ofVirtual().start(() -> {
                    await().until(() -> Set.of(Thread.State.TIMED_WAITING, Thread.State.TERMINATED)
                            .contains(carrying.getState()));
                    tell.accept(claim);
                });
            });
        });
        var watched = new WatchedRun(event -> {});
        log.subscribe(id, ALICE, 0, watched);
        await().until(() -> relay.running() == 0);
        return watched;
    }

    @ParameterizedTest
    @EnumSource
    void aRunThatIsLeftEndsNoStream(Ending ending) throws Exception {
        WatchedRun watched = start(ending, Claim::close);
        assertThat(watched.types()).isEmpty();
        assertThat(journal.claimAbandoned()).isPresent();
    }

    @ParameterizedTest
    @EnumSource
    void aRunThatIsParkedEndsNoStream(Ending ending) throws Exception {
        WatchedRun watched = start(ending, claim -> claim.park(List.of("a question")));
        assertThat(watched.types()).containsExactly("run_parked");
        assertThat(journal.claimAbandoned()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aRunThatIsOverEndsItsStream(Ending ending) throws Exception {
        WatchedRun watched = start(ending, Claim::end);
        watched.awaitEnd();
        assertThat(watched.types()).containsExactly("stream_error");
        assertThat(journal.claimAbandoned()).isEmpty();
    }

    @Test
    void aRunThatTellsItsJournalNothingIsOver() throws Exception {
        WatchedRun watched = start(Ending.SILENCE, claim -> {});
        watched.awaitEnd();
        assertThat(watched.types()).containsExactly("stream_error");
    }

    @Test
    void aJournalThatRefusesEverythingKeepsNoRunHere() throws Exception {
        relay = relay(refusing(Code.UNAVAILABLE));
        relay.start(Caller.of(ALICE), ASKED, request -> {
            var unused = request.journal().orElseThrow().records();
            return ScriptedRun.counting(1);
        });
        await().until(() -> relay.running() == 0);
    }

    @Test
    void aStartThatFailsKeepsNoPlaceOfItsSession() {
        relay = Relay.builder()
                .log(log)
                .journal(refusing(Code.UNAVAILABLE))
                .streamsPerSession(1)
                .build();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> relay.start(Caller.of(ALICE), ASKED, request -> {
                        throw new IllegalStateException("a register of runs is down");
                    }))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aRunThatAnotherMachineHasBegunMeanwhileIsLeftToIt() throws Exception {
        RunJournal journal = RunJournal.inMemory();
        relay = Relay.builder()
                .log(new ForwardingLog(log) {
                    @Override
                    public Writer createDurable(String streamId, Session owner, Consumer<String> cancel) {
                        super.createDurable(streamId, owner, cancel).leave(); // the other machine's
                        return super.createDurable(streamId, owner, cancel);
                    }
                })
                .journal(journal)
                .streamsPerSession(1)
                .build();
        for (int i = 0; i < 2; i++) { // twice, because the first one must keep no place
            var run = new ScriptedRun();
            String id = relay.start(Caller.of(ALICE), ASKED, request -> {
                var unused = request.journal().orElseThrow().records();
                return run;
            });
            assertThat(run.closed).isTrue();
            try (Claim left = journal.claim(id)) {
                assertThat(left.records()).hasSize(1);
            }
        }
        assertThat(relay.running()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"FENCED", "UNAVAILABLE", "FULL"})
    void aRunWhoseJournalRefusesItGoesOnElsewhereExceptIfItIsTooLong(Code code) {
        for (Consumer<Claim> use : List.<Consumer<Claim>>of(
                claim -> claim.park(List.of("a question")), Claim::answers, claim -> claim.append("{}"))) {
            var run = new DurableRun(refusing(code).claim("a"));
            assertThatThrownBy(() -> use.accept(run)).isInstanceOf(JournalException.class);
            assertThat(run.isLost()).isEqualTo(code != Code.FULL);
        }
    }

    /** A journal that takes the first record of a run, and refuses all else. */
    private static RunJournal refusing(Code code) {
        return new ForwardingJournal(RunJournal.inMemory()) {
            @Override
            public Claim claim(String runId) {
                return new RefusingClaim(RunJournal.inMemory().claim(runId), code);
            }
        };
    }

    private static final class RefusingClaim extends ForwardingClaim {
        private final Code code;

        RefusingClaim(Claim to, Code code) {
            super(to);
            this.code = code;
        }

        private JournalException refusal() {
            return new JournalException(code, "refused, on purpose");
        }

        @Override
        public Map<String, String> answers() {
            throw refusal();
        }

        @Override
        public void append(String record) {
            if (!record.contains("\"start\"")) {
                throw refusal();
            }
        }

        @Override
        public boolean park(Collection<String> callKeys) {
            throw refusal();
        }

        @Override
        public void end() {
            throw refusal();
        }

        @Override
        public void close() {
            throw refusal();
        }
    }
}
