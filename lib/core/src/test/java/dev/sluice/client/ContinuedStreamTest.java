package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.error;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.continuation.Continuation;
import dev.sluice.message.Usage;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import org.junit.jupiter.api.Test;

/** A stream of several requests, as its caller sees it. */
class ContinuedStreamTest {
    private static final Script BROKEN =
            Script.stream().sse(begin("One, ", "t")).cut();

    @Test
    void theCallerReadsOneAnswer() {
        try (var fixture = continued(2, BROKEN, Script.stream(answer("One, ", "two.")));
                var stream = fixture.stream()) {
            assertThat(stream.text()).containsExactly("One, ", "t", "wo.");
            assertThat(stream.finalMessage().usage()).isEqualTo(Usage.of(20, 3));
            assertThat(stream.metrics().continuations()).isOne();
            assertThat(stream.metrics().outputTokens()).isEqualTo(3);
            assertThat(fixture.peer.requests().getLast().bodyText()).contains("<last_words>One, t</last_words>");
        }
    }

    @Test
    void anErrorInTheMiddleIsNoEnd() {
        String error = error("overloaded_error", "Overloaded");
        var busy = Script.stream().sse(begin("One, t")).sse(error).end();
        try (var fixture = continued(2, busy, busy, Script.stream(answer("One, two.")));
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("One, two.");
            assertThat(stream.metrics().continuations()).isEqualTo(2);
        }
    }

    @Test
    void aRequestThatIsNotAnsweredCountsAsATry() {
        var down = Script.json(529, errorJson("overloaded_error", "Overloaded"));
        try (var fixture = continued(2, BROKEN, down, Script.stream(answer("One, two.")));
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("One, two.");
            assertThat(stream.metrics().continuations()).isEqualTo(2);
        }
    }

    @Test
    void unlessItIsWantedAnAnswerThatBreaksFails() {
        try (var fixture = ClientFixture.with(BROKEN, Script.stream(answer("One, two.")));
                var stream = fixture.stream()) {
            StreamException failure = failure(stream);
            assertThat(failure).isInstanceOf(ConnectionFailed.class);
            assertThat(failure.partial().text()).isEqualTo("One, t");
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    @Test
    void aModelThatDoesNotGoOnEndsItAsItWasBroken() {
        Script truncated = Script.stream().sse(begin("One, t")).end();
        try (var fixture = continued(3, truncated, Script.stream(answer("Sorry. ", "One, two.")));
                var stream = fixture.stream()) {
            StreamException failure = failure(stream);
            assertThat(failure).isInstanceOf(Truncated.class);
            assertThat(failure.getSuppressed()).hasAtLeastOneElementOfType(ProtocolError.class);
            assertThat(failure.partial().text()).isEqualTo("One, t");
            assertThat(failure.partial().usage()).isEqualTo(Usage.of(20, 2));
            assertThat(fixture.peer.requests()).hasSize(2);
        }
    }

    @Test
    void aRequestThatIsRefusedEndsItWithBothReasons() {
        var refused = Script.json(400, errorJson("invalid_request_error", "too long"));
        try (var fixture = continued(3, BROKEN, refused);
                var stream = fixture.stream()) {
            StreamException failure = failure(stream);
            assertThat(failure).isInstanceOf(ApiError.class);
            assertThat(failure.getSuppressed()).hasAtLeastOneElementOfType(ConnectionFailed.class);
            assertThat(failure.partial().text()).isEqualTo("One, t");
        }
    }

    @Test
    void whatWasNeverBegunIsNotGoneOnWith() {
        try (var fixture = continued(3, Script.stream().end());
                var stream = fixture.stream()) {
            assertThat(failure(stream)).isInstanceOf(Truncated.class);
            assertThat(fixture.peer.requests()).hasSize(1);
            assertThat(stream.metrics().continuations()).isZero();
        }
    }

    private static ClientFixture continued(int times, Script... scripts) {
        return ClientFixture.with(
                settings -> settings.continuation(Continuation.upTo(times)).resilience(Resilience.none()), scripts);
    }

    private static StreamException failure(MessageStream stream) {
        return (StreamException) ClientFixture.collect(stream).failure();
    }
}
