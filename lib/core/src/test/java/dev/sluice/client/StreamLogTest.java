package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.StreamException.Truncated;
import dev.sluice.Timeouts.Phase;
import dev.sluice.internal.GuardedObservation;
import dev.sluice.internal.StreamFailures;
import dev.sluice.message.Message;
import dev.sluice.test.peer.CapturedLog;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the log says of a stream, at which level, and what it never says. */
class StreamLogTest {
    private static final String CANARY = "kingfisher and a secret";
    private static final String NUMBERS = "request req_1, headers 120 ms, first token 800 ms, duration 5800 ms, "
            + "longest gap 240 ms, 312 events, 48211 bytes, tokens 1100 in 250 out, 2 retries, 1 continuations";

    @Test
    void aStreamThatGoesWellIsDebug() {
        List<String> lines = lines(journal -> {
            journal.connecting();
            journal.connected(200, "req_1");
            journal.firstToken(Duration.ofMillis(800));
            journal.ended(Reports.of(new Completed()));
        });
        assertThat(lines)
                .containsExactly(
                        "DEBUG sluice-claude-7: POST https://api.example.com/v1/messages",
                        "DEBUG sluice-claude-7: 200, request req_1",
                        "DEBUG sluice-claude-7: first token after 800 ms",
                        "DEBUG sluice-claude-7: completed; " + NUMBERS.replace("out", "out (50.0/s)"));
    }

    @Test
    void aRetryIsInfoAndSaysWhyAndWhen() {
        var overloaded = new ApiError(529, "overloaded_error", CANARY, "req_0", null, CANARY, true);
        assertThat(lines(journal -> journal.retrying(overloaded, 1, Duration.ofMillis(512))))
                .containsExactly(
                        "INFO sluice-claude-7: retry 1 in 512 ms after ApiError 529 overloaded_error, request req_0");
    }

    @Test
    void aContinuationIsInfo() {
        var broken = new ConnectionFailed(CANARY, new SocketException(CANARY), true);
        assertThat(lines(journal -> journal.continuing(broken, 2)))
                .containsExactly(
                        "INFO sluice-claude-7: continuation 2 after ConnectionFailed (SocketException), request none");
    }

    @Test
    void aFailedEndIsInfoInOneLine() {
        var silent = new TimedOut(Phase.FIRST_EVENT, Duration.ofSeconds(20));
        assertThat(lines(journal -> journal.ended(Reports.of(new Failed(silent)))))
                .containsExactly("INFO sluice-claude-7: failed: TimedOut (first event, 20000 ms); " + NUMBERS);
    }

    @Test
    void aRefusalOfOurOwnIsInfoAndIsCalledThat() {
        for (StreamException refusal : List.of(
                new CircuitOpen(CANARY, null),
                new CredentialsFailed(CANARY, null, false),
                new LimitExceeded(Limit.REQUESTS, 10),
                new LimitExceeded(Limit.STREAMS, 10))) {
            assertThat(lines(journal -> journal.ended(Reports.of(new Failed(refusal)))))
                    .singleElement()
                    .asString()
                    .startsWith("INFO sluice-claude-7: refused: "
                            + refusal.getClass().getSimpleName());
        }
        assertThat(lines(journal -> journal.ended(Reports.of(new Failed(new LimitExceeded(Limit.LINE_BYTES, 10))))))
                .singleElement()
                .asString()
                .startsWith("INFO sluice-claude-7: failed: LimitExceeded (10 line bytes)");
    }

    @Test
    void anEndThatTheCallerWantedIsDebug() {
        assertThat(lines(journal -> journal.ended(Reports.of(new Cancelled(CANARY)))))
                .containsExactly("DEBUG sluice-claude-7: cancelled; " + NUMBERS);
        assertThat(lines(journal -> journal.ended(Reports.of(new LimitReached(Limit.CHUNKS, 20)))))
                .containsExactly("DEBUG sluice-claude-7: limit of 20 chunks reached; " + NUMBERS);
    }

    static Stream<StreamException> failuresWithForeignWords() {
        var cause = new IOException(CANARY);
        return Stream.of(
                        new ApiError(400, CANARY, CANARY, CANARY, null, CANARY, false),
                        new ApiError(200, "", CANARY, CANARY, null, CANARY, false),
                        new ProtocolError(CANARY, cause),
                        new ConnectionFailed(CANARY, cause, true),
                        new Truncated(CANARY),
                        new CircuitOpen(CANARY, cause),
                        new CredentialsFailed(CANARY, cause, true),
                        new StreamException.Cancelled(CANARY))
                .map(failure -> StreamFailures.withPartial(failure, Message.EMPTY, CANARY));
    }

    @ParameterizedTest
    @MethodSource("failuresWithForeignWords")
    void noFailureIsQuotedAtAnyLevel(StreamException failure) {
        try (var log = CapturedLog.open()) {
            var journal = journal();
            journal.connecting();
            journal.connected(200, CANARY);
            journal.retrying(failure, 1, Duration.ZERO);
            journal.continuing(failure, 1);
            for (EndReason end : List.of(new Failed(failure), new Cancelled(CANARY))) {
                journal.ended(Reports.of(end));
            }
            assertThat(log.lines("sluice-claude-7")).hasSize(6);
            assertThat(log.text())
                    .contains(failure.getClass().getSimpleName())
                    .doesNotContain("kingfisher")
                    .doesNotContain("secret");
        }
    }

    private static StreamLog journal() {
        return new StreamLog(
                "sluice-claude-7", "POST https://api.example.com/v1/messages", GuardedObservation.NONE, () -> false);
    }

    /** Level and words of what a journal logs. */
    private static List<String> lines(Consumer<StreamLog> story) {
        try (var log = CapturedLog.open()) {
            story.accept(journal());
            return log.lines("sluice-claude-7").stream()
                    .map(line -> line.replaceFirst("^\\[[^]]*] ", "").replaceFirst("dev.sluice.stream - ", ""))
                    .toList();
        }
    }
}
