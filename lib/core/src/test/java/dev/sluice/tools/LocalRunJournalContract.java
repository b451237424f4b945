package dev.sluice.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.FakeTime;
import dev.sluice.TimeSource;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of the journals of one machine, in addition to {@link RunJournalContract}. */
abstract class LocalRunJournalContract extends RunJournalContract {

    /** Opens a journal with this clock, on the storage of this test. */
    abstract RunJournal open(TimeSource time);

    @ParameterizedTest
    @ValueSource(strings = {"order-D", "N", "ND"})
    void aNameHasNoHalfOfASurrogatePair(String name) {
        String half = name.replace('D', '\uD83D').replace('N', '\uDE00');
        try (RunJournal journal = open(TimeSource.system())) {
            journal.claim("order-?").close();
            assertThatThrownBy(() -> journal.claim(half))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("runId: ");
            assertRefused(Code.UNKNOWN, () -> journal.answer(half, "k", "{}"));
            assertThat(journal.firstRecord(half)).isEmpty();
        }
    }

    @Test
    void answersCountForTheSizeOfTheRun() {
        try (RunJournal journal = open(TimeSource.system());
                Claim claim = journal.claim("a")) {
            String record = "{\"t\":\"" + "x".repeat((1 << 20) - 8) + "\"}";
            for (int i = 0; i < 63; i++) {
                claim.append(record);
            }
            String answer = "\"" + "x".repeat((64 << 10) - 2) + "\"";
            for (int i = 0; i < 15; i++) {
                assertThat(journal.answer("a", "k" + i, answer)).isTrue();
            }
            assertRefused(Code.FULL, () -> claim.append(record));
            assertRefused(Code.FULL, () -> journal.answer("a", "k15", answer));
            assertThat(journal.answer("a", "k0", answer)).as("a second answer").isFalse();
        }
    }

    @Test
    void aRunThatNobodyHoldsIsForgottenAfterThirtyDays() {
        var time = new FakeTime();
        try (RunJournal journal = open(time)) {
            Claim parked = journal.claim("parked");
            parked.append(record(1));
            parked.park(List.of("k"));
            journal.claim("left").close();
            Claim held = journal.claim("held");
            time.advance(Duration.ofDays(29));
            Claim left = journal.claimAbandoned().orElseThrow();
            assertThat(left.runId()).isEqualTo("left");
            assertThat(journal.firstRecord("parked")).isPresent();
            left.close();
            time.advance(Duration.ofDays(29));
            Claim again = journal.claimAbandoned().orElseThrow();
            assertThat(again.runId()).isEqualTo("left");
            again.close();
            assertRefused(Code.UNKNOWN, () -> journal.answer("parked", "k", "{}"));
            time.advance(Duration.ofDays(31));
            assertThat(journal.claimAbandoned()).isEmpty();
            held.append(record(1)); // a claim that is held does not age
        }
    }
}
