package dev.sluice.continuation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ContinuationTest {
    @Test
    void itIsOffOrAtLeastOnce() {
        assertThat(Continuation.off().times()).isZero();
        assertThat(Continuation.upTo(3).times()).isEqualTo(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Continuation.upTo(0))
                .withMessageContaining("times: 0, must be at least 1");
    }
}
