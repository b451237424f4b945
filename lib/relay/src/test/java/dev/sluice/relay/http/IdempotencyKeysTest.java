package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.relay.FakeTime;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.Session;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What starts that have a key promise besides: nobody waits without end, and nothing grows without end. */
class IdempotencyKeysTest {
    private static final Session ANN = new Session("ann");

    private final FakeTime time = new FakeTime();
    private final IdempotencyKeys starts = new IdempotencyKeys(time);

    @Test
    void aSessionsOldestKeyIsForgotten() {
        for (int i = 0; i <= 200; i++) {
            start(ANN, "k" + i);
        }
        start(new Session("bob"), "k0");
        assertThat(starts.has(ANN, "k0")).isFalse();
        for (int i = 1; i <= 200; i++) {
            assertThat(starts.has(ANN, "k" + i)).isTrue();
        }
    }

    @Test
    void theOldestKeyOfAllIsForgotten() {
        for (int i = 0; i <= 10_000; i++) {
            start(new Session("s" + i), "k");
        }
        assertThat(starts.has(new Session("s0"), "k")).isFalse();
        assertThat(starts.has(new Session("s1"), "k")).isTrue();
        assertThat(starts.has(new Session("s10000"), "k")).isTrue();
    }

    @Test
    void whoWaitsForAStartThatDoesNotEndIsToldSo() throws Exception {
        var begun = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var first = CompletableFuture.supplyAsync(
                () -> starts.once(ANN, "k", () -> {
                    begun.countDown();
                    await(release);
                    return "stream";
                }),
                Thread::startVirtualThread);
        await(begun);
        var second = CompletableFuture.supplyAsync(() -> start(ANN, "k"), Thread::startVirtualThread);
        Awaitility.await().until(() -> time.scheduled() == 1);
        time.advance(Duration.ofSeconds(30).minusNanos(1));
        assertThat(time.scheduled()).as("it still waits").isEqualTo(1);
        time.advance(Duration.ofNanos(1));
        assertThatThrownBy(() -> second.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(RelayException.class)
                .hasMessageContaining("still being started");
        release.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("stream");
        assertThat(starts.once(ANN, "k", () -> "another")).isEqualTo("stream");
        assertThat(time.scheduled()).isZero();
    }

    private String start(Session session, String key) {
        return starts.once(session, key, () -> key + " of " + session.id());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
