package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class SystemTimeTest {
    private final Time time = Time.system();

    @Test
    void aTaskRunsWhenItsTimeHasCome() throws InterruptedException {
        var ran = new CountDownLatch(2);
        time.schedule(Duration.ofMillis(1), ran::countDown);
        time.schedule(Duration.ofSeconds(-1), ran::countDown);
        ran.await();
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
