package dev.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventRingTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 31, 100, 1000})
    void keepsTheNewestWhateverTheLimit(int most) {
        var ring = new EventRing(most, Long.MAX_VALUE);
        for (int added = 1; added <= 200; added++) {
            ring.add("debug", String.valueOf(added));
            int kept = Math.min(most, added);
            assertThat(ring.first()).isEqualTo(added - kept + 1);
            assertThat(ring.from(ring.first(), Integer.MAX_VALUE))
                    .hasSize(kept)
                    .allSatisfy(event -> assertThat(event.json()).isEqualTo(String.valueOf(event.id())));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1_000, 10_000})
    void keepsNoMoreBytesThanItMayButTheNewestEvent(int most) {
        var ring = new EventRing(Integer.MAX_VALUE, most);
        for (int size = 0; size < 300; size++) {
            ring.add("debug", "x".repeat(size));
            long bytes = ring.from(ring.first(), Integer.MAX_VALUE).stream()
                    .mapToLong(RelayEvent::bytes)
                    .sum();
            assertThat(ring.first()).isLessThanOrEqualTo(ring.last());
            assertThat(ring.first() == ring.last() || bytes <= most).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 50})
    void handsOutPartsOfAnyLength(int length) {
        var ring = new EventRing(50, Long.MAX_VALUE);
        for (int i = 0; i < 120; i++) {
            ring.add("debug", "{}");
        }
        for (long from = ring.first(); from <= ring.last(); from++) {
            assertThat(ring.from(from, length)).extracting(RelayEvent::id).startsWith(from);
            assertThat(ring.from(from, length)).hasSize((int) Math.min(length, ring.last() - from + 1));
        }
    }
}
