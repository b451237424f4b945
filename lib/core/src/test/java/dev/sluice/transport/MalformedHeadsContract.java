package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.Timeouts;
import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.BlockingCall;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a server says in place of an HTTP head: each transport fails at once, in the same type, and gives the connection up. The
 * test of a transport extends this.
 */
public abstract class MalformedHeadsContract extends TransportFixture {
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String BODY = "\r\nab";
    private static final String CHUNKS = "\r\n2\r\nab\r\n0\r\n\r\n";

    private static Arguments row(String what, String sent) {
        return Arguments.of(what, sent);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                row("a header in place of the status line", "content-type: text/plain\r\n\r\n"),
                row("the greeting of another protocol", "220 SMTP ready\r\n\r\n"),
                row("an answer of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                row("bytes that mean nothing", "\u0000\u0001\u00ff\u00fe\u0080\u0000\r\n\r\n"),
                row("a status in words", "HTTP/1.1 two hundred\r\n\r\n"),
                row("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"),
                row("a status below 100", "HTTP/1.1 099 OK\r\n\r\n"),
                row("a negative status", "HTTP/1.1 -20 OK\r\n\r\n"),
                row("no status", "HTTP/1.1\r\n\r\n"),
                row("no blank before the status", "HTTP/1.1200\r\n\r\n"),
                row("version 0.9", "HTTP/0.9 200 OK\r\n\r\n"),
                row("version 2.0", "HTTP/2.0 200 OK\r\n\r\n"),
                row("version 3", "HTTP/3 200 OK\r\n\r\n"),
                row("an empty line before the status line", "\r\n" + OK + "content-length: 2\r\n" + BODY),
                row("a header's name with a blank", OK + "na me: x\r\ncontent-length: 2\r\n" + BODY),
                row("a blank before the colon", OK + "content-length : 2\r\n" + BODY),
                row("a header's name with a NUL", OK + "a\u0000b: x\r\ncontent-length: 2\r\n" + BODY),
                row("a header's value with a control character", OK + "a: x\u0001y\r\ncontent-length: 2\r\n" + BODY),
                row("a negative length", OK + "content-length: -7\r\n" + BODY),
                row("a length with a sign", OK + "content-length: +2\r\n" + BODY),
                row("a length in words", OK + "content-length: two\r\n" + BODY),
                row("no length", OK + "content-length: \r\n" + BODY),
                row("a length that no long holds", OK + "content-length: 99999999999999999999\r\n" + BODY),
                row("two lengths", OK + "content-length: 2\r\ncontent-length: 3\r\n" + BODY),
                row("two lengths in a line", OK + "content-length: 2, 3\r\n" + BODY),
                row("a length twice", OK + "content-length: 2\r\ncontent-length: 2\r\n" + BODY),
                row("a length and chunks", OK + "content-length: 3\r\ntransfer-encoding: chunked\r\n" + CHUNKS),
                row("an unknown encoding", OK + "transfer-encoding: gzip\r\n" + BODY),
                row("an unknown encoding in chunks", OK + "transfer-encoding: gzip, chunked\r\n" + CHUNKS),
                row("chunks in chunks", OK + "transfer-encoding: chunked, chunked\r\n" + CHUNKS),
                row("a status line of 1 MB", "HTTP/1.1 200 " + "x".repeat(1 << 20) + "\r\n\r\n"),
                row("a header of 1 MB", OK + "a: " + "x".repeat(1 << 20) + "\r\n\r\n"),
                row("a header of 1 MB without an end", OK + "a: " + "x".repeat(1 << 20)),
                row("100,000 headers", OK + "a: b\r\n".repeat(100_000) + "\r\n"),
                row("1,000 interim responses", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1000)),
                row("a switch of protocols", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void whatIsNoHeadIsAProtocolErrorAtOnceAndTheConnectionIsGone(String what, String sent) {
        var peer = peer(Script.empty().raw(sent).stall());
        var transport = transport();
        assertThat(BlockingCall.at(() -> transport.open(get(peer))).failsWithin(SOON))
                .isInstanceOf(ProtocolException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContainPattern("\\p{Cntrl}"));
        peer.awaitGone(SOON);
    }

    /** What some clients skip and others refuse. Nobody takes it for a part of another header. */
    static Stream<Arguments> doubtful() {
        return Stream.of(
                row("a line without a colon", OK + "length\r\ncontent-length: 2\r\n" + BODY),
                row("a header without a name", OK + ": x\r\ncontent-length: 2\r\n" + BODY),
                row("a first header that is folded", OK + " y\r\ncontent-length: 2\r\n" + BODY),
                row("a folded header", OK + "a: x\r\n y\r\ncontent-length: 2\r\n" + BODY),
                row("a header's value with a NUL", OK + "a: x\u0000y\r\ncontent-length: 2\r\n" + BODY),
                row("lines that end in LF", (OK + "content-length: 2\r\n\r\n").replace("\r", "") + "ab"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("doubtful")
    void whatMayBeSkippedIsSkippedOrRefused(String what, String sent) throws Exception {
        var peer = peer(Script.empty().raw(sent).stall());
        try (TransportResponse response = transport().open(get(peer))) {
            assertThat(response.header("content-length")).contains("2");
            assertThat(response.header("a").orElse("x y")).isEqualTo("x y");
            assertThat(response.body().readAllBytes()).asString().isEqualTo("ab");
        } catch (IOException e) {
            assertThat(e).isInstanceOf(ProtocolException.class);
        }
    }

    static Stream<Arguments> chunks() {
        return Stream.of(
                row("a size in words", "two\r\nab\r\n0\r\n\r\n"),
                row("a negative size", "-2\r\nab\r\n0\r\n\r\n"),
                row("a size that no long holds", "ffffffffffffffffffff\r\nab\r\n0\r\n\r\n"),
                row("more than the size", "2\r\nabc\r\n0\r\n\r\n"),
                row("a size without an end", "0".repeat(1 << 20)),
                row("an extension without an end", "2;" + "x".repeat(1 << 20)));
    }

    /** The head was one: then the connection broke, and another try may fare better. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("chunks")
    void whatIsNoChunkBreaksTheBodyOff(String what, String sent) throws Exception {
        var peer = peer(Script.empty()
                .raw(OK + "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n" + sent)
                .stall());
        try (TransportResponse response = transport().open(get(peer))) {
            assertThat(BlockingCall.at(() -> response.body().readAllBytes()).failsWithin(SOON))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("broke off");
        }
        peer.awaitGone(SOON);
        StreamException failure = failureOf(peer);
        assertThat(failure).isInstanceOf(ConnectionFailed.class);
        assertThat(failure.retryable()).isTrue();
    }

    @Test
    void aStreamSaysWhatItWasAnsweredWith() {
        var peer = peer(Script.empty().raw("220 SMTP ready\r\n\r\n").stall());
        StreamException failure = failureOf(peer);
        assertThat(failure)
                .isInstanceOf(ProtocolError.class)
                .hasMessageContaining("POST " + peer.uri("/v1/messages"))
                .hasMessageContaining("220 SMTP ready")
                .hasMessageNotContaining("No connection");
        assertThat(failure.retryable()).isFalse();
        assertThat(peer.requests()).hasSize(1);
    }

    /** A connection may break by chance, so this is worth another try; but there was one. */
    @Test
    void aStreamWhoseHeadBreaksOffSaysThatThereWasNoResponse() {
        assertThat(failureOf(
                        peer(Script.empty().raw("HTTP/1.1 200 OK\r\na: b\r\n").cut())))
                .isInstanceOf(ConnectionFailed.class)
                .hasMessageStartingWith("No response to POST ")
                .matches(failure -> ((StreamException) failure).retryable());
    }

    private StreamException failureOf(ScriptedPeer peer) {
        var provider = Claude.builder()
                .apiKey("test-key")
                .baseUrl(peer.uri("").toString())
                .build();
        var request =
                MessageRequest.builder().model("m").maxTokens(9).user("Hi").build();
        try (var client = LlmClient.builder(provider)
                .transport(transport())
                .timeouts(Timeouts.defaults())
                .resilience(Resilience.none())
                .build()) {
            var failure = new StreamException[1];
            assertThatThrownBy(() -> client.stream(request).forEach(event -> {}))
                    .isInstanceOfSatisfying(StreamException.class, e -> failure[0] = e);
            return failure[0];
        }
    }
}
