package dev.sluice.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException.Cancelled;
import org.junit.jupiter.api.Test;

class CancellationScopeTest {
    private final CancellationScope scope = new CancellationScope(Thread.currentThread());

    @Test
    void theFirstReasonCountsAndTheEndTakesItsInterruptAway() {
        var first = new Cancelled("first");
        scope.interrupt(first);
        scope.interrupt(new Cancelled("second"));
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(scope.isOver()).isFalse();
        assertThat(scope.end()).isSameAs(first);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(scope.isOver()).isTrue();
    }

    @Test
    void afterTheEndNobodyIsInterruptedAndNobodysInterruptTaken() {
        assertThat(scope.end()).isNull();
        scope.interrupt(new Cancelled("late"));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        Thread.currentThread().interrupt();
        assertThat(scope.end()).isNull();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anInterruptOfSomebodyElseIsLeft() {
        Thread.currentThread().interrupt();
        assertThat(scope.end()).isNull();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aSecondEndTakesNothingThatCameAfterTheFirst() {
        scope.interrupt(new Cancelled("once"));
        assertThat(scope.end()).isNotNull();
        Thread.currentThread().interrupt();
        assertThat(scope.end()).isNotNull();
        assertThat(Thread.interrupted()).isTrue();
    }
}
