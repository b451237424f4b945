package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.error;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.event;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.test.peer.Script;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way a stream can end: what is thrown, and that nothing received is lost. */
@Timeout(30)
class StreamEndsTest {
    private static final String JUNK = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"ind\n\n";

    static Stream<Arguments> brokenStreams() {
        Script begun = Script.stream().sse(begin("one ", "two"));
        return Stream.of(
                arguments("end of the body before the end marker", begun.end(), Truncated.class, true),
                // the standard drops the unterminated event, and so the answer is cut
                arguments(
                        "the last event lacks its blank line",
                        Script.stream()
                                .sse(begin("one ", "two"))
                                .sse("event: message_stop\ndata: {\"type\":\"message_stop\"}\n")
                                .end(),
                        Truncated.class,
                        true),
                arguments("closed between chunks", begun.cut(), ConnectionFailed.class, true),
                arguments("closed inside a chunk", begun.cutInsideChunk("event: mess"), ConnectionFailed.class, true),
                arguments("reset", begun.reset(), ConnectionFailed.class, true),
                arguments("half-closed", begun.halfClose(), ConnectionFailed.class, true),
                arguments("malformed JSON", begun.sse(JUNK).stall(), ProtocolError.class, false),
                arguments(
                        "an error event",
                        begun.sse(error("overloaded_error", "Overloaded")).stall(),
                        ApiError.class,
                        true),
                arguments(
                        "a final error event",
                        begun.sse(error("invalid_request_error", "No")).stall(),
                        ApiError.class,
                        false),
                arguments(
                        "a delta for a block that never began",
                        begun.sse(text(7, "lost")).stall(),
                        ProtocolError.class,
                        false),
                arguments(
                        "spliced streams",
                        begun.sse(messageStart().replace("msg_", "msx_")).stall(),
                        ProtocolError.class,
                        false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenStreams")
    void whatWasReceivedIsHandedOutAndThenTheFailureIsThrown(
            String what, Script script, Class<? extends StreamException> type, boolean retryable) {
        try (var fixture = ClientFixture.with(script);
                var stream = fixture.stream()) {
            ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
            assertThat(collected.events().stream().filter(ContentBlockDelta.class::isInstance))
                    .hasSize(2);
            assertThat(collected.failure()).isInstanceOf(type).isInstanceOfSatisfying(StreamException.class, e -> {
                assertThat(e.retryable()).isEqualTo(retryable);
                assertThat(e.requestId()).contains("req_scripted");
                assertThat(e.partial().text()).isEqualTo("one two");
                assertThat(e.partial()).isEqualTo(stream.snapshot());
                assertThat(e.getMessage()).doesNotContain("test-key");
            });
            assertThatThrownBy(stream::finalMessage).isSameAs(collected.failure());
            assertThatThrownBy(stream::done).isSameAs(collected.failure());
            assertThat(stream.endReason()).contains(new Failed((StreamException) collected.failure()));
        }
    }

    @Test
    void aMalformedChunkIsAFailureAfterWhatCameBeforeIt() {
        var read = new CountDownLatch(1);
        // Behind a gate: the JDK's client parses a whole read before it hands on any of it.
        Script script = Script.stream().sse(begin("one ", "two")).gate(read).malformedChunk();
        try (var fixture = ClientFixture.with(script);
                var stream = fixture.stream()) {
            Awaitility.await().until(() -> stream.metrics().events() == 4);
            read.countDown();
            assertThatThrownBy(stream::finalMessage)
                    .isInstanceOfSatisfying(
                            ConnectionFailed.class,
                            e -> assertThat(e.partial().text()).isEqualTo("one two"));
        }
    }

    static Stream<Arguments> nothingReceived() {
        return Stream.of(
                arguments("empty body", Script.stream().end(), Truncated.class),
                arguments(
                        "only comments",
                        Script.stream().sse(": hello\n\n", ": still here\n\n").end(),
                        Truncated.class),
                arguments("a page instead", Script.whole(200, "text/html", "<h1>Sign in</h1>"), ProtocolError.class),
                arguments("a JSON object instead", Script.json(200, "{\"message\":\"hi\"}"), ProtocolError.class),
                arguments("no answer at all", Script.empty().cut(), ConnectionFailed.class),
                arguments(
                        "no HTTP", Script.empty().raw("SSH-2.0-nothing\r\n\r\n").cut(), ProtocolError.class),
                // 3.22, 46
                arguments(
                        "a text before the start",
                        Script.stream().sse(text(0, "early")).stall(),
                        ProtocolError.class),
                arguments("only an end", Script.stream(messageStop()), ProtocolError.class),
                arguments("junk", Script.stream("data: hello\n\n"), ProtocolError.class));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nothingReceived")
    void aStreamWithoutAnAnswerSaysWhatCameInstead(String what, Script script, Class<?> type) {
        try (var fixture = ClientFixture.with(script);
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage)
                    .isInstanceOf(type)
                    .isInstanceOfSatisfying(
                            StreamException.class,
                            e -> assertThat(e.partial().text()).isEmpty());
        }
    }

    @Test
    void aPageInsteadOfAStreamIsQuoted() {
        try (var fixture = ClientFixture.with(
                        Script.whole(200, "text/html; charset=utf-8", "<h1>Sign in</h1>" + "x".repeat(9999)));
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::done)
                    .hasMessageContaining("text/html")
                    .hasMessageContaining("Sign in")
                    .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(500));
            assertThatThrownBy(stream::response).isInstanceOf(ProtocolError.class);
        }
    }

    @ParameterizedTest
    @MethodSource("statuses")
    void anHttpErrorHasItsStatusTypeAndBody(int status, String type, boolean retryable) {
        String body = errorJson(type, "because");
        try (var fixture = ClientFixture.with(Script.json(status, body, "request-id", "req_9"));
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::done).isInstanceOfSatisfying(ApiError.class, e -> {
                assertThat(e.status()).isEqualTo(status);
                assertThat(e.type()).isEqualTo(type);
                assertThat(e.rawBody()).isEqualTo(body);
                assertThat(e.requestId()).contains("req_9");
                assertThat(e.retryable()).isEqualTo(retryable);
                assertThat(e.partial()).isEqualTo(Message.EMPTY);
            });
            assertThatThrownBy(stream::response).isInstanceOf(ApiError.class);
        }
    }

    static Stream<Arguments> statuses() {
        return Stream.of(
                arguments(400, "invalid_request_error", false),
                arguments(401, "authentication_error", false),
                arguments(404, "not_found_error", false),
                arguments(429, "rate_limit_error", true),
                arguments(500, "api_error", true),
                arguments(529, "overloaded_error", true));
    }

    @Test
    void anErrorBodyThatIsCutStillTells() {
        Script cut = Script.empty()
                .head(500, "content-type", "text/plain", "content-length", "100")
                .raw("the disk is full")
                .cut();
        try (var fixture = ClientFixture.with(cut);
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::done)
                    .isInstanceOfSatisfying(
                            ApiError.class, e -> assertThat(e.rawBody()).isEqualTo("the disk is full"));
        }
    }

    @Test
    void anErrorBodyLargerThanTheStreamMayBeStillTells() {
        try (var fixture = ClientFixture.with(
                        settings -> settings.limits(new Limits(1000, 1000, 1000)),
                        Script.whole(500, "text/plain", "the disk is full " + "x".repeat(5000)));
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::done)
                    .isInstanceOfSatisfying(
                            ApiError.class, e -> assertThat(e.rawBody()).startsWith("the disk is full"));
        }
    }

    @Test
    void aRedirectIsNotFollowed() {
        try (var fixture = ClientFixture.with(Script.whole(302, "text/plain", "", "location", "http://localhost:1/"));
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::done)
                    .isInstanceOfSatisfying(
                            ApiError.class, e -> assertThat(e.status()).isEqualTo(302));
        }
    }

    @Test
    void aRefusedConnectionNamesTheAddress() {
        URI nobody;
        try (var gone = ClientFixture.with(Script.stream())) {
            nobody = gone.peer.uri("");
        }
        try (var client = ClientFixture.client(nobody, settings -> {});
                var stream = client.stream(ClientFixture.REQUEST)) {
            assertThatThrownBy(stream::done)
                    .isInstanceOf(ConnectionFailed.class)
                    .hasMessageContaining("localhost:" + nobody.getPort());
            assertThatThrownBy(stream::response).isInstanceOf(ConnectionFailed.class);
        }
    }

    @Test
    void anUnknownHostIsAConnectionFailure() {
        try (var client = ClientFixture.client(URI.create("http://no-such-host.invalid"), settings -> {});
                var stream = client.stream(ClientFixture.REQUEST)) {
            assertThatThrownBy(stream::done)
                    .isInstanceOf(ConnectionFailed.class)
                    .hasMessageContaining("no-such-host.invalid");
        }
    }

    // A kept connection that the server has closed in the meantime
    @Test
    void aConnectionThatEndsBeforeAnyByteIsReplacedOnce() {
        try (var fixture = ClientFixture.with(
                Script.empty().cut(),
                Script.stream(answer("a")),
                Script.empty().cut(),
                Script.empty().cut())) {
            try (var stream = fixture.stream()) {
                assertThat(stream.finalText()).isEqualTo("a");
            }
            try (var stream = fixture.stream()) {
                assertThatThrownBy(stream::done)
                        .isInstanceOfSatisfying(
                                ConnectionFailed.class,
                                e -> assertThat(e.retryable()).isTrue());
            }
            assertThat(fixture.peer.requests()).hasSize(4);
        }
    }

    // nothing after an error, nothing after the end
    @Test
    void anErrorEventIsTerminalAndSoIsTheEnd() {
        Script afterError = Script.stream()
                .sse(begin("a"))
                .sse(error("overloaded_error", "x") + text(0, "late") + messageStop())
                .end();
        Script afterEnd = Script.stream()
                .sse(String.join("", answer("a")) + text(0, "late") + error("api_error", "late"))
                .end();
        try (var fixture = ClientFixture.with(afterError, afterEnd);
                var failing = fixture.stream()) {
            ClientFixture.CollectedEvents collected = ClientFixture.collect(failing);
            assertThat(collected.failure()).isInstanceOf(ApiError.class);
            assertThat(collected.events()).noneMatch(MessageStop.class::isInstance);
            assertThat(failing.snapshot().text()).isEqualTo("a");
            try (var whole = fixture.stream()) {
                assertThat(whole.finalText()).isEqualTo("a");
            }
        }
    }

    // complete at the end marker, not at the end of the body
    @Test
    void theAnswerIsCompleteThoughTheServerKeepsTheConnectionOpen() {
        try (var fixture = ClientFixture.with(Script.stream().sse(answer("a")).stall());
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("a");
        }
    }

    @Test
    void aSlowConsumerGetsEveryEventAndThenTheException() throws Exception {
        var failed = new CountDownLatch(1);
        Script script = Script.stream()
                .sse(begin("a", "b", "c", "d"))
                .sse(error("overloaded_error", "x"))
                .reach(failed);
        try (var fixture = ClientFixture.with(script);
                var stream = fixture.stream()) {
            failed.await();
            fixture.peer.awaitGone(java.time.Duration.ofSeconds(5)); // the reader is long done
            ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
            assertThat(collected.events().stream().filter(ContentBlockDelta.class::isInstance))
                    .hasSize(4);
            assertThat(collected.failure()).isInstanceOf(ApiError.class);
        }
    }

    @Test
    void aChunkLimitEndsTheLoopWithoutAnException() {
        for (int limit = 1; limit <= 7; limit++) {
            try (var fixture = ClientFixture.with(
                            Script.stream().sse(answer("a", "b", "c")).stall());
                    var stream = fixture.stream(StreamController.withChunkLimit(limit))) {
                ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
                assertThat(collected.failure()).isNull();
                assertThat(collected.events()).hasSize(limit);
                assertThat(stream.endReason()).contains(new LimitReached(Limit.CHUNKS, limit));
                assertThat(stream.isAborted()).isTrue();
                assertThatThrownBy(stream::finalMessage)
                        .isInstanceOfSatisfying(
                                LimitExceeded.class,
                                e -> assertThat(e.partial()).isEqualTo(stream.snapshot()));
            }
        }
    }

    @Test
    void aChunkLimitThatTheWholeAnswerFitsInIsNotMet() {
        try (var fixture = ClientFixture.with(Script.stream(answer("a")));
                var stream = fixture.stream(StreamController.withChunkLimit(6))) {
            assertThat(stream.finalText()).isEqualTo("a");
        }
    }

    @Test
    void sizesThatTheClientDoesNotTakeAreFailures() {
        String big = text(0, "x".repeat(5000));
        Script script = Script.stream().sse(begin("a")).sse(big).stall();
        for (Limits limits :
                new Limits[] {new Limits(1000, 10_000, 0), new Limits(10_000, 1000, 0), new Limits(10_000, 10_000, 3000)
                }) {
            try (var fixture = ClientFixture.with(settings -> settings.limits(limits), script);
                    var stream = fixture.stream()) {
                ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
                assertThat(collected.failure()).isInstanceOf(LimitExceeded.class);
                assertThat(stream.snapshot().text()).isEqualTo("a");
                assertThat(stream.isErrored())
                        .as("a hostile peer's doing, not the caller's")
                        .isTrue();
            }
        }
    }

    @Test
    void whatFitsIntoAStreamsLimitIsHandedOutThoughItCameInOnePiece() {
        String all = String.join("", answer("a", "b", "c"));
        int limit = all.indexOf("\"c\"");
        for (int bytes : new int[] {limit, all.length() - 1}) {
            try (var fixture = ClientFixture.with(
                            settings -> settings.limits(new Limits(9999, 9999, bytes)),
                            Script.stream().sse(all).end());
                    var stream = fixture.stream()) {
                ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
                assertThat(collected.failure()).isInstanceOf(LimitExceeded.class);
                assertThat(stream.snapshot().text()).isEqualTo(bytes == limit ? "ab" : "abc");
            }
        }
        try (var fixture = ClientFixture.with(
                        settings -> settings.limits(new Limits(9999, 9999, all.length())),
                        Script.stream().sse(all).end());
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("abc");
        }
    }

    // gateways
    @Test
    void strayFramesOfGatewaysAreSkipped() {
        Script script = Script.stream()
                .sse(": connected\n\n")
                .sse(event("ping", "{}"))
                .sse(answer("a"))
                .sse("data: [DONE]\n\n")
                .end();
        try (var fixture = ClientFixture.with(script);
                var stream = fixture.stream()) {
            ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
            assertThat(collected.failure()).isNull();
            assertThat(collected.events().getFirst()).isInstanceOf(Ping.class);
            assertThat(stream.finalText()).isEqualTo("a");
        }
    }

    @Test
    void anAnswerWithoutAContentTypeIsStreamed() {
        try (var fixture = ClientFixture.with(
                        Script.empty().head(200).sse(answer("a")).sse(ping()).end());
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("a");
            assertThat(stream.response().requestId()).isNull();
        }
    }
}
