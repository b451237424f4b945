package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ModerationTest {
    private static final long SHORT = 20_000;
    private static final long MODEL = 20_000_000; // 50 tokens a second
    private static final long FIRST = 50_000;
    private static final long LONGEST = 1_600_000;
    private static final int EVENT = 200;

    private final Moderation moderation = new Moderation();

    @Test
    void aStreamAtTheModelsPaceIsNeverHeldUp() {
        for (int i = 0; i < 100; i++) {
            assertThat(moderation.next(i % 8 == 7 ? MODEL : SHORT, EVENT)).isZero(); // pieces of events now and then
        }
    }

    @Test
    void whoGetsMuchAtOnceIsNotHeldUpHoweverOftenItComes() {
        for (int i = 0; i < 100; i++) {
            assertThat(moderation.next(SHORT, 4096)).isZero();
        }
    }

    @Test
    void manyWaitsNoLongerThanAWakeUpLeadToAPauseThatGrowsAsLongAsItPays() {
        hurry();
        assertThat(moderation.next(SHORT, EVENT)).isEqualTo(FIRST);
        assertThat(moderation.next(FIRST, 10 * EVENT)).isEqualTo(2 * FIRST);
        assertThat(moderation.next(2 * FIRST, 20 * EVENT)).isEqualTo(4 * FIRST);
        assertThat(moderation.next(4 * FIRST, 40 * EVENT)).isEqualTo(8 * FIRST);
    }

    @Test
    void aPauseThatBringsNoMoreThanAShorterOneWouldIsHalvedUntilThereIsNone() {
        hurry();
        assertThat(moderation.next(SHORT, EVENT)).isEqualTo(FIRST);
        assertThat(moderation.next(FIRST, 10 * EVENT)).isEqualTo(2 * FIRST);
        assertThat(moderation.next(2 * FIRST, 3 * EVENT)).isEqualTo(FIRST);
        assertThat(moderation.next(FIRST, EVENT)).isZero();
    }

    @Test
    void afterAPauseThatBroughtLittleOneShortWaitIsEnoughAndALongOneEndsTheHurry() {
        hurry();
        assertThat(moderation.next(SHORT, EVENT)).isEqualTo(FIRST);
        assertThat(moderation.next(FIRST, EVENT)).isZero();
        assertThat(moderation.next(SHORT, EVENT)).as("it hurries still").isEqualTo(FIRST);
        assertThat(moderation.next(MODEL, EVENT)).isZero();
        assertThat(moderation.next(MODEL, EVENT)).isZero();
        assertThat(moderation.next(SHORT, EVENT)).as("it begins anew").isZero();
    }

    @Test
    void noPauseIsLongerThanTheLongest() {
        hurry();
        for (long pause = moderation.next(SHORT, EVENT); pause < LONGEST; ) {
            pause = moderation.next(pause, 1000 * EVENT);
            assertThat(pause).isPositive().isLessThanOrEqualTo(LONGEST);
        }
        assertThat(moderation.next(LONGEST, 1000 * EVENT)).isEqualTo(LONGEST);
    }

    private void hurry() {
        for (int i = 0; i < 7; i++) {
            assertThat(moderation.next(SHORT, EVENT)).isZero();
        }
    }
}
