package dev.sluice.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The words that may stand in logs and metrics. */
class LogLabelsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "claude-sonnet-5",
                "req_011CSHoEeqs5C35K2UUqR7Fy",
                "models/gemini-3-flash",
                "org/model:free",
                "RESOURCE_EXHAUSTED"
            })
    void aNameIsItself(String name) {
        assertThat(LogLabels.of(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "a\nline", "\u001b[31m", "<html>", "{\"a\":1}", "", "ünïcode"})
    void whatDoesNotLookLikeANameIsNotRepeated(String text) {
        assertThat(LogLabels.of(text)).isIn(LogLabels.OTHER, LogLabels.NONE);
        assertThat(LogLabels.of(error(400, text))).isIn(LogLabels.OTHER, "400");
    }

    @Test
    void aNameHasALength() {
        assertThat(LogLabels.of("x".repeat(200))).hasSize(200);
        assertThat(LogLabels.of("x".repeat(201))).isEqualTo(LogLabels.OTHER);
    }

    @Test
    void whatIsNotThereHasAWordToo() {
        assertThat(LogLabels.of((String) null)).isEqualTo("none");
    }

    @Test
    void aFailureIsItsTypeWithPhaseOrLimit() {
        assertThat(LogLabels.of(error(529, "overloaded_error"))).isEqualTo("overloaded_error");
        assertThat(LogLabels.of(error(502, ""))).isEqualTo("502");
        assertThat(LogLabels.of(error(200, ""))).isEqualTo("ApiError");
        assertThat(LogLabels.of(new TimedOut(Timeouts.Phase.FIRST_EVENT, Duration.ofSeconds(1))))
                .isEqualTo("TimedOut.first_event");
        assertThat(LogLabels.of(new LimitExceeded(Limit.EVENT_BYTES, 7))).isEqualTo("LimitExceeded.event_bytes");
        assertThat(LogLabels.of(new ConnectionFailed("secret", new IOException("secret"), true)))
                .isEqualTo("ConnectionFailed");
        assertThat(LogLabels.of(new CircuitOpen("secret", null))).isEqualTo("CircuitOpen");
    }

    @Test
    void anEndIsItsKind() {
        assertThat(LogLabels.of(new Completed())).isEqualTo("completed");
        assertThat(LogLabels.of(new Cancelled("secret"))).isEqualTo("cancelled");
        assertThat(LogLabels.of(new LimitReached(Limit.CHUNKS, 5))).isEqualTo("limit");
        assertThat(LogLabels.of(new Failed(new ProtocolError("secret", null)))).isEqualTo("ProtocolError");
        assertThat(LogLabels.of(new Failed(error(429, "secret")))).isEqualTo("ApiError");
    }

    private static ApiError error(int status, String type) {
        return new ApiError(status, type, "secret", null, null, "secret", true);
    }
}
