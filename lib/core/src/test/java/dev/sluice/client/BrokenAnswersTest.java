package dev.sluice.client;

import static dev.sluice.internal.continuation.JoinerFixture.byPrefill;
import static dev.sluice.internal.continuation.JoinerFixture.byTurn;
import static dev.sluice.internal.continuation.JoinerFixture.close;
import static dev.sluice.internal.continuation.JoinerFixture.finish;
import static dev.sluice.internal.continuation.JoinerFixture.open;
import static dev.sluice.internal.continuation.JoinerFixture.openThinking;
import static dev.sluice.internal.continuation.JoinerFixture.openTool;
import static dev.sluice.internal.continuation.JoinerFixture.signature;
import static dev.sluice.internal.continuation.JoinerFixture.start;
import static dev.sluice.internal.continuation.JoinerFixture.stop;
import static dev.sluice.internal.continuation.JoinerFixture.text;
import static dev.sluice.internal.continuation.JoinerFixture.thinking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.Limits;
import dev.sluice.StreamException;
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
import dev.sluice.internal.continuation.JoinerFixture;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which answers are gone on with, and when that ends. */
class BrokenAnswersTest {
    @Test
    void anAnswerIsGoneOnWithIfItsConnectionOrServerFailed() {
        assertThat(goesOn(new Truncated("cut"))).isTrue();
        assertThat(goesOn(broken(true))).isTrue();
        assertThat(goesOn(broken(false))).as("a connection that TLS breaks").isTrue();
        assertThat(goesOn(timeout(Phase.IDLE))).isTrue();
        assertThat(goesOn(timeout(Phase.STALL))).isTrue();
        assertThat(goesOn(apiError(true))).isTrue();
    }

    @Test
    void itIsNotIfItWouldFailAgainOrMustEnd() {
        assertThat(goesOn(apiError(false))).isFalse();
        assertThat(goesOn(timeout(Phase.TOTAL))).isFalse();
        assertThat(goesOn(new ProtocolError("odd", null))).isFalse();
        assertThat(goesOn(new LimitExceeded(Limits.Limit.REQUESTS, 1))).isFalse();
        assertThat(goesOn(new Cancelled("enough"))).isFalse();
        assertThat(goesOn(new CircuitOpen("open", null))).isFalse();
        assertThat(goesOn(new CredentialsFailed("none", null, false))).isFalse();
    }

    private static boolean goesOn(StreamException failure) {
        return begun().breaks(failure).isPresent();
    }

    @Test
    void aRequestThatFailsBeforeItIsAnsweredCountsToo() {
        var joining = begun().goesOn();
        assertThat(joining.breaks(new CredentialsFailed("not yet", null, true))).isPresent();
        assertThat(joining.breaks(timeout(Phase.CONNECT))).isPresent();
        assertThat(joining.breaks(broken(true))).as("the fourth").isEmpty();
        assertThat(begun().goesOn().breaks(broken(false))).isEmpty();
        assertThat(begun().goesOn().breaks(apiError(false))).isEmpty();
    }

    @Test
    void onlyTextCanBeGoneOnWith() {
        assertFails(openTool(0));
        assertFails(openTool(0), close(0));
        assertFails(open(0), text(0, "One"), close(0), openTool(1), close(1), open(2), text(2, "Two"));
        assertFails(openThinking(0), thinking(0, "hm"));
        assertFails(openThinking(0), thinking(0, "hm"), signature(0));
        assertFails(open(0, new ServerToolUse("s", "web_search", "{}", Map.of())));
        assertFails(open(0), text(0, "One"), open(1), text(1, "Two"));
        assertFails(open(0), text(0, "One"), open(1), text(1, "Two"), close(1));
    }

    @Test
    void anAnswerOfWhichOnlyTheEndIsMissingIsNotAskedForAgain() {
        assertFails(open(0), text(0, "One."), close(0), finish(5));
        var joining = byPrefill();
        joining.hears(start("a"), open(0), text(0, "One."), close(0), finish(5), stop());
        assertThat(joining.breaks()).isEmpty();
    }

    private static void assertFails(StreamEvent... events) {
        for (var joining : new JoinerFixture[] {byPrefill(), byTurn()}) {
            assertThat(joining.hears(start("a")).hears(events).breaks()).isEmpty();
        }
    }

    @Test
    void anAnswerThatDoesNotGoOnEndsWithTheFailureThatBrokeTheFirst() {
        assertDiverged(open(0), text(0, "On"), text(0, "ce"));
        assertDiverged(open(0), text(0, "Sorry, One, two"));
        assertDiverged(openTool(0));
        assertDiverged(open(0), text(0, "O"), openTool(1));
        assertDiverged(open(0), text(0, "O"), close(0), finish(5));
        assertDiverged(finish(5));
        assertDiverged(stop());
    }

    private static void assertDiverged(StreamEvent... events) {
        var joining = begun();
        var first = new Truncated("first");
        assertThat(joining.breaks(first)).isPresent();
        joining.hears(start("b"), open(0), text(0, "One"), text(0, ", two"));
        Message before = joining.message();
        var second = new Truncated("second");
        assertThat(joining.breaks(second)).isPresent();
        assertThatThrownBy(() -> joining.hears(start("c")).hears(events)).isSameAs(second);
        assertThat(second.getSuppressed()).singleElement().isInstanceOfSatisfying(ProtocolError.class, e -> {
            assertThat(e).hasMessageContaining("Continuation 2").hasMessageNotContaining("One");
        });
        assertThat(joining.message().content()).isEqualTo(before.content());
        assertThat(joining.breaks(second)).isEmpty();
        assertThat(joining.breaks(new Truncated("third"))).isEmpty();
    }

    private static JoinerFixture begun() {
        return byTurn().hears(start("a"), open(0), text(0, "One"));
    }

    private static StreamException broken(boolean retryable) {
        return new ConnectionFailed("broken", new IOException("reset"), retryable);
    }

    private static StreamException timeout(Phase phase) {
        return new TimedOut(phase, Duration.ofSeconds(1));
    }

    private static StreamException apiError(boolean retryable) {
        return new ApiError(200, "overloaded_error", "busy", null, null, "{}", retryable);
    }
}
