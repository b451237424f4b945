package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class SystemTimeTest {
    private final TimeSource time = TimeSource.system();

    @Test
    void aTaskRunsWhenItsTimeHasCome() throws InterruptedException {
        var ran = new CountDownLatch(2);
        time.schedule(Duration.ofMillis(1), ran::countDown);
        time.schedule(Duration.ofSeconds(-1), ran::countDown);
        ran.await();
    }

    /** Else whoever happens to be first would be held for ever, and everybody's limits run with its class loader and locals. */
    @Test
    void theTimerInheritsNothingFromTheThreadThatHappensToStartIt() throws Exception {
        var local = new InheritableThreadLocal<String>();
        Thread caller = Thread.currentThread();
        ClassLoader before = caller.getContextClassLoader();
        var loader = new CompletableFuture<ClassLoader>();
        var inherited = new CompletableFuture<Optional<String>>();
        local.set("the caller's");
        caller.setContextClassLoader(new URLClassLoader(new URL[0], before));
        try {
            var fresh = new SystemTime();
            fresh.schedule(Duration.ZERO, () -> {
                loader.complete(Thread.currentThread().getContextClassLoader());
                inherited.complete(Optional.ofNullable(local.get()));
            });
            assertThat(loader.get(5, TimeUnit.SECONDS)).isSameAs(ClassLoader.getSystemClassLoader());
            assertThat(inherited.get(5, TimeUnit.SECONDS)).isEmpty();
        } finally {
            caller.setContextClassLoader(before);
            local.remove();
        }
    }

    @Test
    void moreTimeThanNanosecondsCountIsJustLong() {
        time.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> {}).cancel();
    }

    @Test
    void aSleepEndsWhenItsTimeHasPassedOrAtOnceIfThereIsNone() throws InterruptedException {
        time.sleep(Duration.ZERO);
        time.sleep(Duration.ofNanos(-1));
        long before = time.nanos();
        time.sleep(Duration.ofMillis(5));
        assertThat(time.nanos() - before).isGreaterThanOrEqualTo(5_000_000);
    }

    @Test
    void anInterruptEndsASleepAtOnceAlsoOneThatCameBefore() {
        var fake = new FakeTime();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> fake.sleep(Duration.ofDays(1))).isInstanceOf(InterruptedException.class);
        assertThat(fake.scheduled()).isZero();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
