package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.message.Conversation;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournal.Claim;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A limit that passes after the run has told its journal how it ends here, and before its last event. */
@Timeout(60)
class LimitAfterFateTest {
    private static final StartRequest ASKED =
            new StartRequest(ALICE, "", new Conversation(List.of(), List.of()), Map.of());

    private final RunJournal journal = RunJournal.inMemory();
    private final MemoryResumeLog log = MemoryResumeLog.builder().build();
    private final FakeTime time = new FakeTime();
    private final Relay relay = Relay.builder()
            .log(log)
            .journal(journal)
            .time(time)
            .idleTimeout(Duration.ZERO)
            .abandonAfter(Duration.ofDays(1))
            .totalTimeout(Duration.ofMinutes(1))
            .build();
    private volatile String id = "";

    @AfterEach
    void close() {
        relay.shutdown(Duration.ZERO);
    }

    /** A run that tells its journal its fate, and whose events end when its time is up. */
    private WatchedRun timedOutAfter(Consumer<Claim> fate) throws Exception {
        var told = new CountDownLatch(1);
        id = relay.start(Caller.of(ALICE), ASKED, request -> {
            Claim claim = request.journal().orElseThrow();
            var unused = claim.records();
            return new ForwardingRun(
                    new ScriptedRun(),
                    () -> { // the consumer still has events to take
                        fate.accept(claim);
                        told.countDown();
                    });
        });
        var watched = new WatchedRun(event -> {});
        log.subscribe(id, ALICE, 0, watched);
        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        time.advance(Duration.ofMinutes(1));
        time.advance(Duration.ofSeconds(3)); // the stop of a run that does not end by itself
        await().until(() -> relay.running() == 0);
        return watched;
    }

    @Test
    void aRunThatWasLeftIsNotEndedByATimer() throws Exception {
        WatchedRun watched = timedOutAfter(Claim::close);
        try (Claim unused = journal.claimAbandoned().orElseThrow()) { // another machine continues it
            assertThat(watched.types()).isEmpty();
        }
    }

    @Test
    void aRunThatIsOverForItsWatchersDoesNotWaitInTheJournal() throws Exception {
        WatchedRun watched = timedOutAfter(claim -> claim.park(List.of(claim.runId() + "-1")));
        assertThat(watched.types()).containsExactly("stream_error");
        await().until(() ->
                journal.firstRecord(id).isEmpty() || journal.claimAbandoned().isPresent());
    }
}
