package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.control.EndReason.Cancelled;
import dev.sluice.control.EndReason.Completed;
import dev.sluice.control.EndReason.Failed;
import dev.sluice.control.EndReason.LimitReached;
import dev.sluice.control.Limits.Limit;
import dev.sluice.control.StreamException.ApiError;
import dev.sluice.control.StreamException.CircuitOpen;
import dev.sluice.control.StreamException.ConnectionFailed;
import dev.sluice.control.StreamException.LimitExceeded;
import dev.sluice.control.StreamException.ProtocolError;
import dev.sluice.control.StreamException.TimedOut;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The words that may stand in logs and metrics. */
class LabelTest {

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
        assertThat(Label.of(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "a\nline", "\u001b[31m", "<html>", "{\"a\":1}", "", "ünïcode"})
    void whatDoesNotLookLikeANameIsNotRepeated(String text) {
        assertThat(Label.of(text)).isIn(Label.OTHER, Label.NONE);
        assertThat(Label.of(error(400, text))).isIn(Label.OTHER, "400");
    }

    @Test
    void aNameHasALength() {
        assertThat(Label.of("x".repeat(200))).hasSize(200);
        assertThat(Label.of("x".repeat(201))).isEqualTo(Label.OTHER);
    }

    @Test
    void whatIsNotThereHasAWordToo() {
        assertThat(Label.of((String) null)).isEqualTo("none");
    }

    @Test
    void aFailureIsItsTypeWithPhaseOrLimit() {
        assertThat(Label.of(error(529, "overloaded_error"))).isEqualTo("overloaded_error");
        assertThat(Label.of(error(502, ""))).isEqualTo("502");
        assertThat(Label.of(error(200, ""))).isEqualTo("ApiError");
        assertThat(Label.of(new TimedOut(Timeouts.Phase.FIRST_EVENT, Duration.ofSeconds(1))))
                .isEqualTo("TimedOut.first_event");
        assertThat(Label.of(new LimitExceeded(Limit.EVENT_BYTES, 7))).isEqualTo("LimitExceeded.event_bytes");
        assertThat(Label.of(new ConnectionFailed("secret", new IOException("secret"), true)))
                .isEqualTo("ConnectionFailed");
        assertThat(Label.of(new CircuitOpen("secret", null))).isEqualTo("CircuitOpen");
    }

    @Test
    void anEndIsItsKind() {
        assertThat(Label.of(new Completed())).isEqualTo("completed");
        assertThat(Label.of(new Cancelled("secret"))).isEqualTo("cancelled");
        assertThat(Label.of(new LimitReached(Limit.CHUNKS, 5))).isEqualTo("limit");
        assertThat(Label.of(new Failed(new ProtocolError("secret", null)))).isEqualTo("ProtocolError");
        assertThat(Label.of(new Failed(error(429, "secret")))).isEqualTo("ApiError");
    }

    private static ApiError error(int status, String type) {
        return new ApiError(status, type, "secret", null, null, "secret", true);
    }
}
