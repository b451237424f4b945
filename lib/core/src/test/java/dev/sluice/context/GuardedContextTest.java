package dev.sluice.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.context.ContextCarrier.Captured;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever a carrier does, the code runs once, and its exception is thrown. */
class GuardedContextTest {
    private static final ThreadLocal<String> USER = new ThreadLocal<>();

    private final List<String> ran = new ArrayList<>();

    /** Carriers that do everything wrong, each beside one that does not. */
    private static final List<ContextCarrier> HOSTILE = List.of(
            () -> {
                throw new IllegalStateException("cannot capture");
            },
            () -> null,
            () -> code -> {
                throw new IllegalStateException("before the code");
            },
            () -> code -> {
                code.run();
                throw new IllegalStateException("after the code");
            },
            () -> code -> {},
            () -> code -> {
                code.run();
                code.run();
            },
            () -> code -> {
                try {
                    code.run();
                } catch (RuntimeException e) {
                    throw new AssertionError("another exception", e);
                }
            },
            () -> code -> {
                try {
                    code.run();
                } catch (RuntimeException e) {
                    // kept to itself
                }
            });

    @Test
    void aHostileCarrierNeitherLosesTheCodeNorRunsItTwiceNorDisturbsTheOthers() {
        for (ContextCarrier hostile : HOSTILE) {
            for (ContextCarrier both : List.of(
                    hostile.and(ContextCarrier.of(USER)),
                    ContextCarrier.of(USER).and(hostile))) {
                ran.clear();
                Captured context = captured("alice", both);
                context.run(() -> ran.add(String.valueOf(USER.get())));
                assertThat(ran).containsExactly("alice");
                assertThat(USER.get()).isNull();
            }
        }
    }

    @Test
    void whatTheCodeThrowsIsThrownThroughEveryCarrier() {
        var failure = new IllegalArgumentException("the code's own");
        for (ContextCarrier hostile : HOSTILE) {
            Captured context = captured("alice", hostile.and(ContextCarrier.of(USER)));
            assertThatThrownBy(() -> context.run(() -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
        }
    }

    @Test
    void whereNothingIsCapturedThereIsNothingToCarry() {
        ContextCarrier several =
                ContextCarrier.of(USER).and(ContextCarrier.none()).and(Captured::nothing);
        assertThat(several.capture()).isSameAs(Captured.nothing());
        assertThat(ContextCarrier.none().guarded().capture()).isSameAs(Captured.nothing());
        assertThat(Captured.nothing().and(Captured.nothing())).isSameAs(Captured.nothing());
    }

    @Test
    void whatWasThereBeforeIsThereAgain() {
        Captured context = captured("alice", ContextCarrier.of(USER));
        USER.set("bob");
        try {
            context.run(() -> ran.add(USER.get()));
            assertThat(USER.get()).isEqualTo("bob");
        } finally {
            USER.remove();
        }
        assertThat(ran).containsExactly("alice");
    }

    @Test
    void whatIsAddedIsInsideWhatWasThere() {
        Captured inner = code -> {
            ran.add("in " + USER.get());
            code.run();
            ran.add("out");
        };
        captured("alice", ContextCarrier.of(USER)).and(inner).run(() -> ran.add("code"));
        assertThat(ran).containsExactly("in alice", "code", "out");
    }

    private static Captured captured(String user, ContextCarrier carrier) {
        USER.set(user);
        try {
            return carrier.guarded().capture();
        } finally {
            USER.remove();
        }
    }
}
