package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.tools.RunJournal.Claim;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs that wait and that the log has forgotten: a relay takes each of them over when a watcher comes. */
@Timeout(60)
class RevivedRunsTest extends LostRuns {
    @Test
    void asManyAreTakenOverAtOnceAsASessionMayHave() throws Exception {
        for (int i = 0; i < 6; i++) {
            Claim claim = shared.claim("run" + i);
            claim.append(StartRecord.of(ASKED));
            claim.append("{}");
            assertThat(claim.park(List.of("a question"))).isTrue();
        }
        var made = new AtomicInteger();
        var go = new CountDownLatch(1);
        Relay relay = relay(shared, log, builder -> builder.streamsPerSession(2));
        relay.recoverWith(request -> {
            made.incrementAndGet();
            go.await();
            return completing(request);
        });
        var refused = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6; i++) {
                String id = "run" + i;
                threads.submit(() -> {
                    try {
                        return relay.isDelivered(ALICE, id, 0);
                    } catch (RelayException e) {
                        refused.addAndGet(e.code() == Code.TOO_MANY ? 1 : 0);
                        throw e;
                    }
                });
            }
            await().until(() -> refused.get() == 4 && made.get() == 2);
            go.countDown();
            await().until(() -> {
                time.advance(Duration.ofSeconds(1));
                return relay.running() == 0;
            });
        }
        assertThat(made).hasValue(2);
    }

    @Test
    void aWatcherOfARunThatAnotherMachineIsAboutToContinueIsToldToComeBack() {
        Claim elsewhere = shared.claim("a"); // as a machine that waits before its next attempt
        elsewhere.append(StartRecord.of(ASKED));
        Relay relay = relay(shared);
        relay.recoverWith(LostRuns::completing);
        var refusal = new CompletableFuture<Code>();
        Thread.ofVirtual().start(() -> {
            try {
                refusal.completeExceptionally(new AssertionError(relay.isDelivered(ALICE, "a", 0)));
            } catch (RelayException e) {
                refusal.complete(e.code());
            }
        });
        await().until(() -> {
            time.advance(Duration.ofMillis(100));
            return refusal.isDone();
        });
        assertThat(shared.firstRecord("a")).as("it is not over").isPresent();
        assertThat(refusal.join()).isEqualTo(Code.UNAVAILABLE);
        elsewhere.close();
    }
}
