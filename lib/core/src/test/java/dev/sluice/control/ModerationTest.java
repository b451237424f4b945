package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ModerationTest {
    private static final long SHORT = 20_000;
    private static final long MODEL = 20_000_000; // 50 tokens a second

    private final Moderation moderation = new Moderation();

    @Test
    void aStreamAtTheModelsPaceIsNeverHeldUp() {
        for (int i = 0; i < 100; i++) {
            assertThat(moderation.pauses()).isFalse();
            moderation.waited(i % 4 == 3 ? MODEL : SHORT, 150); // pieces of events now and then
        }
    }

    @Test
    void waitsNoLongerThanAWakeUpLeadToAPauseUntilLittleComesInOne() {
        hurry();
        assertThat(moderation.pauses()).isTrue();
        moderation.waited(2 * Moderation.MOMENT, 3000);
        assertThat(moderation.pauses()).as("it goes on").isTrue();
        moderation.waited(Moderation.MOMENT, 150);
        assertThat(moderation.pauses()).as("it was the last").isFalse();
    }

    @Test
    void oneLongWaitEndsTheHurry() {
        hurry();
        moderation.waited(MODEL, 150);
        assertThat(moderation.pauses()).isFalse();
    }

    @Test
    void whoGetsMuchAtOnceIsNotHeldUpHoweverOftenItComes() {
        for (int i = 0; i < 100; i++) {
            assertThat(moderation.pauses()).isFalse();
            moderation.waited(SHORT, 4096);
        }
    }

    private void hurry() {
        for (int i = 0; i < 4; i++) {
            assertThat(moderation.pauses()).isFalse();
            moderation.waited(SHORT, 150);
        }
    }
}
