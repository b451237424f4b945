package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReconnectDelayTest {
    private static final RandomGenerator NONE = () -> 0;

    private static ReconnectDelay of(long firstMillis, long longestMillis) {
        return new ReconnectDelay(Duration.ofMillis(firstMillis), Duration.ofMillis(longestMillis), 0, NONE);
    }

    private static long[] growth(ReconnectDelay delay, int failures) {
        return IntStream.rangeClosed(0, failures)
                .mapToLong(n -> delay.after(n, Duration.ZERO).toMillis())
                .toArray();
    }

    @Test
    void aConnectionThatWorkedIsFollowedAfterTheReconnectionTimeAndFailuresDoubleItToTheLongest() {
        assertThat(growth(of(1000, 30_000), 7)).containsExactly(1000, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000);
    }

    @Test
    void noTimeAtAllIsForConnectionsThatWorkedOnly() {
        assertThat(growth(of(0, 30_000), 4)).containsExactly(0, 100, 200, 400, 800);
        assertThat(growth(of(0, 0), 3)).containsExactly(0, 100, 100, 100);
    }

    @Test
    void aReconnectionTimeLongerThanTheLongestBackoffIsTheServersWord() {
        assertThat(growth(of(1000, 30_000).withFirst(Duration.ofSeconds(90)), 3))
                .containsExactly(90_000, 90_000, 90_000, 90_000);
    }

    @Test
    void whatTheServerAsksForWithItsRefusalIsTheLeastToo() {
        ReconnectDelay delay = of(1000, 30_000);
        assertThat(delay.after(1, Duration.ofMillis(999))).isEqualTo(Duration.ofSeconds(1));
        assertThat(delay.after(1, Duration.ofSeconds(120))).isEqualTo(Duration.ofSeconds(120));
        assertThat(delay.after(1, Duration.ofNanos(2_000_000_001))).isEqualTo(Duration.ofMillis(2001));
        assertThat(delay.after(1, Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(SseReader.MAX_RETRY);
    }

    @Test
    void failuresWithoutEndAndTheLongestTimesStillFitIntoNumbers() {
        long day = Duration.ofDays(1).toMillis();
        assertThat(growth(of(1, 24 * day), 40)[40]).isEqualTo(24 * day);
        assertThat(of(24 * day, 24 * day).after(Integer.MAX_VALUE, Duration.ZERO))
                .isEqualTo(SseReader.MAX_RETRY);
    }

    @Test
    void chanceMakesItLongerByItsPartAtMostAndNeverShorter() {
        var delay = new ReconnectDelay(Duration.ofSeconds(1), Duration.ofSeconds(30), 0.25, new SplittableRandom(1));
        List<Long> millis = IntStream.range(0, 1000)
                .mapToObj(i -> delay.after(0, Duration.ZERO).toMillis())
                .toList();
        assertThat(millis).allMatch(m -> m >= 1000 && m <= 1250);
        assertThat(Set.copyOf(millis)).hasSizeGreaterThan(100);
    }
}
