package dev.sluice.client;

import static com.github.tomakehurst.wiremock.http.Fault.CONNECTION_RESET_BY_PEER;
import static com.github.tomakehurst.wiremock.http.Fault.EMPTY_RESPONSE;
import static com.github.tomakehurst.wiremock.http.Fault.MALFORMED_RESPONSE_CHUNK;
import static com.github.tomakehurst.wiremock.http.Fault.RANDOM_DATA_THEN_CLOSE;
import static dev.sluice.client.Fault.of;
import static dev.sluice.client.FaultPeer.wireMock;

import dev.sluice.Timeouts.Phase;
import dev.sluice.message.MessageRequest;
import dev.sluice.test.peer.Script;
import java.time.Duration;
import java.util.List;

/** What goes wrong before the head of a response is there. */
final class ConnectingFaults {
    private static final String HEADERS = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";

    /** More than the buffers of two sockets hold. */
    private static final MessageRequest LARGE = MessageRequest.builder()
            .model("claude-sonnet-5")
            .maxTokens(100)
            .user("word ".repeat(4_000_000))
            .build();

    private ConnectingFaults() {}

    static List<Fault> rows() {
        return List.of(
                of("connection refused", FaultPeer.refusing())
                        .gives("ConnectionFailed")
                        .retried(),
                of("the address does not answer", FaultPeer.unreachable())
                        .gives("TimedOut(connect)")
                        .retried()
                        .endedBy(Phase.CONNECT),
                of("no such host", FaultPeer.unknownName())
                        .gives("ConnectionFailed")
                        .retried(),
                of("the name is looked up for ever", FaultPeer.hangingName())
                        .gives("TimedOut(headers)")
                        .retried()
                        .endedBy(Phase.HEADERS),
                of("a certificate that nobody vouches for", FaultPeer.untrusted())
                        .gives("ConnectionFailed"),
                of("https to a server that does not speak TLS", FaultPeer.notTls())
                        .gives("ConnectionFailed"),
                of("the TLS handshake is never answered", FaultPeer.mute("https"))
                        .gives("TimedOut(headers)")
                        .retried()
                        .endedBy(Phase.HEADERS),
                of("the connection is taken and nothing is said", FaultPeer.mute("http"))
                        .gives("TimedOut(headers)")
                        .retried()
                        .endedBy(Phase.HEADERS),
                of("the server stops reading a large request", FaultPeer.notReading(Script.unreadBody()))
                        .gives("TimedOut(headers)")
                        .retried()
                        .endedBy(Phase.HEADERS)
                        .withRequest(LARGE),
                of(
                                "the server refuses a large request without reading it, and keeps the connection",
                                FaultPeer.notReading(Script.unreadBody().head(413, "content-length", "0")))
                        .gives("TimedOut(headers)")
                        .retried()
                        .endedBy(Phase.HEADERS)
                        .withRequest(LARGE),
                // a connection that was kept and had gone
                broken("closed before any byte", Script.empty().cut()).onAnotherConnectionToo(),
                broken("reset before any byte", Script.empty().reset()).onAnotherConnectionToo(),
                broken(
                        "closed inside the status line",
                        Script.empty().raw("HTTP/1.1 2").cut()),
                broken(
                        "reset inside the status line",
                        Script.empty().raw("HTTP/1.1 2").reset()),
                broken("closed inside the headers", Script.empty().raw(HEADERS).cut()),
                broken("reset inside the headers", Script.empty().raw(HEADERS).reset()),
                malformed(
                        "no HTTP", Script.empty().raw("SSH-2.0-nothing\r\n\r\n").stall()),
                malformed("a negative `content-length`", length("-7")),
                malformed("two different `content-length`s", length("7\r\ncontent-length: 9")),
                malformed("`content-length` and chunks", length("7\r\ntransfer-encoding: chunked")),
                malformed(
                        "headers without an end", Script.empty().raw(HEADERS).repeat("x-a: b\r\n".repeat(1000), 1000)),
                malformed(
                        "a status line without an end",
                        Script.empty().raw("HTTP/1.1 200 ").repeat("x".repeat(8000), 1000)),
                silent("silence before the headers", Script.empty().stall()),
                silent(
                        "silence inside the status line",
                        Script.empty().raw("HTTP/1.1 2").stall()),
                silent("silence inside the headers", Script.empty().raw(HEADERS).stall()),
                silent(
                        "headers a byte at a time, for ever",
                        Script.empty().trickle(HEADERS + "x-a: b\r\n".repeat(1000), Duration.ofMillis(10))),
                of("WireMock's EMPTY_RESPONSE", wireMock(EMPTY_RESPONSE))
                        .gives("ConnectionFailed")
                        .retried()
                        .onAnotherConnectionToo()
                        .unprinted(),
                of("WireMock's CONNECTION_RESET_BY_PEER", wireMock(CONNECTION_RESET_BY_PEER))
                        .gives("ConnectionFailed")
                        .retried()
                        .onAnotherConnectionToo()
                        .unprinted(),
                of("WireMock's RANDOM_DATA_THEN_CLOSE", wireMock(RANDOM_DATA_THEN_CLOSE))
                        .gives("ConnectionFailed")
                        .retried()
                        .unprinted(),
                of("WireMock's MALFORMED_RESPONSE_CHUNK", wireMock(MALFORMED_RESPONSE_CHUNK))
                        .gives("ConnectionFailed")
                        .retried()
                        .unprinted());
    }

    private static Fault broken(String what, Script script) {
        return of(what, script).gives("ConnectionFailed").retried();
    }

    private static Fault malformed(String what, Script script) {
        return of(what, script).gives("ProtocolError");
    }

    private static Script length(String value) {
        return Script.empty()
                .raw(HEADERS + "content-length: " + value + "\r\n\r\n")
                .stall();
    }

    private static Fault silent(String what, Script script) {
        return of(what, script).gives("TimedOut(headers)").retried().endedBy(Phase.HEADERS);
    }
}
