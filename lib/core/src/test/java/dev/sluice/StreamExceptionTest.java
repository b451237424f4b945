package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.StreamException.Truncated;
import dev.sluice.Timeouts.Phase;
import dev.sluice.internal.StreamFailures;
import dev.sluice.message.Message;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StreamExceptionTest {
    @Test
    void carriesThePartialAndTheRequestOnceTheyAreKnown() {
        var exception = new Truncated("The response ended");
        assertThat(exception.partial()).isEqualTo(Message.EMPTY);
        assertThat(exception.requestId()).isEmpty();
        Message partial = Message.assistant("half of it");
        assertThat(StreamFailures.withPartial(exception, partial, "req_1")).isSameAs(exception);
        assertThat(exception.partial()).isEqualTo(partial);
        assertThat(exception).hasMessage("The response ended (request req_1)");
        StreamFailures.withPartial(exception, partial, null);
        assertThat(exception.requestId()).as("what is known stays").contains("req_1");
    }

    @Test
    void saysWhetherARetryMayHelp() {
        assertThat(new Cancelled("stop").retryable()).isFalse();
        assertThat(new LimitExceeded(Limits.Limit.CHUNKS, 3).retryable()).isFalse();
        assertThat(new ProtocolError("junk", null).retryable()).isFalse();
        assertThat(new Truncated("cut").retryable()).isTrue();
        assertThat(new CircuitOpen("claude is open", null).retryable()).isTrue();
        assertThat(new ConnectionFailed("gone", new IOException(), true).retryable())
                .isTrue();
        assertThat(new ConnectionFailed("bad certificate", new IOException(), false).retryable())
                .isFalse();
        assertThat(new CredentialsFailed("the token server is away", new IOException(), true).retryable())
                .isTrue();
        assertThat(new CredentialsFailed("log in first", null, false).retryable())
                .isFalse();
        assertThat(new TimedOut(Phase.IDLE, Duration.ofSeconds(1)).retryable()).isTrue();
        assertThat(new TimedOut(Phase.TOTAL, Duration.ofSeconds(1)).retryable()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void aTimeoutNamesItsPhaseAndItsLimit(Phase phase) {
        var exception = new TimedOut(phase, Duration.ofMillis(1500));
        assertThat(exception).hasMessageContaining("The " + phase + " timeout of 1500 ms");
        assertThat(exception.phase()).isEqualTo(phase);
        assertThat(exception.limit()).isEqualTo(Duration.ofMillis(1500));
        assertThat(new TimedOut(phase, Duration.ofSeconds(20))).hasMessageContaining("20 s");
        Timeouts limits = Timeouts.none().with(phase, Duration.ofSeconds(3));
        assertThat(limits.of(phase)).isEqualTo(Duration.ofSeconds(3));
        assertThat(limits.with(phase, Duration.ZERO)).isEqualTo(Timeouts.none());
        assertThatThrownBy(() -> Timeouts.none().with(phase, Duration.ofSeconds(-3)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anApiErrorHasAllThatTheProviderSaid() {
        var error = new ApiError(429, "rate_limit_error", "Slow down", "req_2", Duration.ofSeconds(7), "{}", true);
        assertThat(error.status()).isEqualTo(429);
        assertThat(error.type()).isEqualTo("rate_limit_error");
        assertThat(error.retryAfter()).contains(Duration.ofSeconds(7));
        assertThat(error.rawBody()).isEqualTo("{}");
        assertThat(error.requestId()).contains("req_2");
        assertThat(error).hasMessage("Slow down; the server asks to wait 7 s (request req_2)");
    }

    @Test
    void everyEndHasItsException() {
        assertThat(new EndReason.Completed().toException()).isEmpty();
        assertThat(new EndReason.Cancelled("stop").toException())
                .get()
                .isInstanceOfSatisfying(
                        Cancelled.class, e -> assertThat(e.reason()).isEqualTo("stop"));
        assertThat(new EndReason.LimitReached(Limits.Limit.CHUNKS, 5).toException())
                .get()
                .isInstanceOfSatisfying(LimitExceeded.class, e -> {
                    assertThat(e.limit()).isEqualTo(Limits.Limit.CHUNKS);
                    assertThat(e.value()).isEqualTo(5);
                });
        var cause = new Truncated("cut");
        assertThat(new EndReason.Failed(cause).toException()).containsSame(cause);
    }

    @Test
    void anEndIsAFailureOrAnAbortOrNeither() {
        var cancelled = new EndReason.Cancelled("stop");
        var limit = new EndReason.LimitReached(Limits.Limit.CHUNKS, 5);
        var failed = new EndReason.Failed(new Truncated("cut"));
        var all = List.of(new EndReason.Completed(), cancelled, limit, failed);

        assertThat(all).filteredOn(EndReason::isFailure).containsExactly(failed);
        assertThat(all).filteredOn(EndReason::isAbort).containsExactly(cancelled, limit);
    }

    @Test
    void survivesJavaSerialisationWithoutItsPartial() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(StreamFailures.withPartial(new Truncated("cut"), Message.assistant("x"), "req_3"));
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            var copy = (Truncated) in.readObject();
            assertThat(copy).hasMessage("cut (request req_3)");
            assertThat(copy.partial()).isEqualTo(Message.EMPTY);
        }
    }

    @Test
    void limitsThatCannotBeRightAreRefusedByName() {
        assertThat(Limits.defaults().maxLineBytes()).isEqualTo(8 << 20);
        assertThatThrownBy(() -> new Limits(0, 1, 0)).hasMessageContaining("maxLineBytes");
        assertThatThrownBy(() -> new Limits(1, 0, 0)).hasMessageContaining("maxEventBytes");
        assertThatThrownBy(() -> new Limits(1, 1, -1)).hasMessageContaining("maxStreamBytes");
    }
}
