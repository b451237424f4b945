package dev.sluice.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.FakeTime;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Something that waits for a clock that the test moves, on a virtual thread of its own. */
final class WaitingThread {
    interface Action {
        void run() throws Exception;
    }

    private final FutureTask<Boolean> task;

    private WaitingThread(Callable<Boolean> action) {
        task = new FutureTask<>(action);
        Thread.ofVirtual().name("waiter").start(task);
    }

    static WaitingThread at(Action action) {
        return new WaitingThread(() -> {
            action.run();
            return true;
        });
    }

    /** Waits until that many threads wait for the clock. */
    static void await(FakeTime time, int waiting) {
        Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> time.scheduled() == waiting);
    }

    boolean waits() {
        return !task.isDone();
    }

    void returns() throws Exception {
        assertThat(task.get(10, TimeUnit.SECONDS)).isTrue();
    }
}
