package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.message.Conversation;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournal.Claim;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;

/** Runs in a journal that nobody works on, and relays that look for them. */
abstract class LostRuns {
    static {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(2));
    }

    static final StartRequest ASKED = new StartRequest(ALICE, "", new Conversation(List.of(), List.of()), Map.of());

    final RunJournal shared = RunJournal.inMemory();
    final MemoryResumeLog log = MemoryResumeLog.builder().build();
    final FakeTime time = new FakeTime();
    final AtomicInteger claims = new AtomicInteger();
    private final Deque<Relay> relays = new ArrayDeque<>();

    @AfterEach
    void close() {
        relays.forEach(relay -> relay.shutdown(Duration.ZERO));
    }

    /** A relay that looks for runs in this journal, and has no limits on time. */
    Relay relay(RunJournal journal, ResumeLog log, UnaryOperator<Relay.Builder> settings) {
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

    Relay relay(RunJournal journal) {
        return relay(journal, log, builder -> builder);
    }

    /** Makes a run whose machine was lost, and returns a watcher of it. */
    WatchedRun lost(String id) {
        try (Claim claim = shared.claim(id)) {
            claim.append(StartRecord.of(ASKED));
        }
        log.createDurable(id, ALICE, reason -> {}).leave();
        var watched = new WatchedRun(event -> {});
        log.subscribe(id, ALICE, 0, watched);
        return watched;
    }

    static RunSource completing(StartRequest request) {
        var unused = request.journal().orElseThrow().records();
        return ScriptedRun.counting(1);
    }

    void awaitInTime(WatchedRun watched, String type) {
        await().until(() -> {
            time.advance(Duration.ofSeconds(3));
            return watched.types().contains(type);
        });
        assertThat(watched.types()).containsExactly(type);
    }

    /** Waits until so many sleeps and timers are pending. */
    void awaitTimers(int timers) {
        await().until(() -> time.scheduled() == timers);
    }

    ResumeLog unreachableWhile(AtomicBoolean down) {
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

    ForwardingJournal changing(UnaryOperator<Claim> change) {
        return new ForwardingJournal(shared) {
            @Override
            Claim changed(Claim claim) {
                return change.apply(claim);
            }
        };
    }
}
