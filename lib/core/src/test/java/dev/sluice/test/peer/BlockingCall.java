package dev.sluice.test.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Something that blocks, tried on a virtual thread of its own, so that a test can stop it and look how fast it stops. */
public final class BlockingCall {
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean stillInterrupted;

    private BlockingCall(Callable<?> action) {
        thread = Thread.ofVirtual().name("attempt").unstarted(() -> {
            try {
                Object result = action.call();
                failure.set(new AssertionError("did not fail but gave " + result));
            } catch (Exception e) {
                failure.set(e);
            } finally {
                stillInterrupted = Thread.currentThread().isInterrupted();
            }
        });
    }

    /** Starts something that must not succeed. */
    public static BlockingCall at(Callable<?> action) {
        var attempt = new BlockingCall(action);
        attempt.thread.start();
        return attempt;
    }

    /** Waits until the thread is parked. */
    public BlockingCall awaitBlocked() {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .until(() ->
                        thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
        return this;
    }

    /** Interrupts the thread. */
    public BlockingCall interrupt() {
        thread.interrupt();
        return this;
    }

    /** What it failed with; it must end this soon. */
    public Throwable failsWithin(Duration limit) {
        long start = System.nanoTime();
        try {
            boolean ended = thread.join(Duration.ofSeconds(10));
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertThat(ended).as("ended at all").isTrue();
            assertThat(took).isLessThan(limit);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        Throwable result = failure.get();
        assertThat(result).isNotNull().isNotInstanceOf(AssertionError.class);
        return result;
    }

    /** Whether the thread ended with its interrupt flag set. */
    public boolean stillInterrupted() {
        return stillInterrupted;
    }
}
