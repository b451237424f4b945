package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.TransportUnderTest;
import dev.sluice.transport.HttpTransport;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A server that means harm holds up nobody: whatever it sends, and wherever it stops, a stream is cancelled and closed at once,
 * every question about it is answered at once, and the time limits of other streams hold. On Apache's transport too.
 */
@Timeout(60)
class HostileServerTest {
    /** The promise is 50 ms; a busy machine has more. */
    private static final Duration PROMPT = Duration.ofSeconds(3); // machines are busy; it takes milliseconds

    private static final Duration LIMIT = Duration.ofMillis(200);

    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("claude-sonnet-5")
            .maxTokens(100)
            .user("Tell me about rivers")
            .build();

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
    private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String EVENT = text(0, "word");
    private static final Script BEGUN = Script.stream().sse(messageStart() + textStart(0));

    private final List<AutoCloseable> open = new ArrayList<>();
    private HttpTransport transport;

    /** How a caller gives a stream up. */
    protected enum Way {
        /** With a reason. */
        CANCEL,
        /** As try-with-resources does. */
        CLOSE
    }

    @BeforeEach
    final void openTransport() {
        transport = closing(TransportUnderTest.create(Duration.ofSeconds(10)));
    }

    @AfterEach
    final void closeAll() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    /** Bytes after which the server says nothing, by the state that they leave the client in. */
    private static Map<String, String> statesOfFraming() {
        var states = new LinkedHashMap<String, String>();
        states.put("nothing at all", "");
        states.put("half a status line", "HTTP/1.1 20");
        states.put("half a head", HEAD);
        states.put("an interim response", "HTTP/1.1 103 Early Hints\r\n\r\n");
        states.put("a head", CHUNKED);
        states.put("half a chunk size", CHUNKED + "1");
        states.put("a chunk size with half an extension", CHUNKED + "1f;name=val");
        states.put("a chunk size without its line feed", CHUNKED + "1f\r");
        states.put("a chunk size", CHUNKED + "1f\r\n");
        states.put("half a chunk", CHUNKED + "1f\r\nevent: content");
        states.put("a chunk without its end", CHUNKED + chunk(EVENT).stripTrailing());
        states.put("half the end of a chunk", CHUNKED + chunk(EVENT).stripTrailing() + "\n\n\r");
        states.put("a chunk", CHUNKED + chunk(EVENT));
        for (String wrong : List.of("x", "-", " ", "\r", "\n", "\u0000", "f".repeat(15), "0", "0\r", "0\r\n")) {
            states.put("a chunk and then " + escaped(wrong), CHUNKED + chunk(EVENT) + wrong);
        }
        states.put("half a trailer", CHUNKED + chunk(EVENT) + "0\r\nServer-Timing: a");
        states.put("less than was announced", HEAD + "Content-Length: 1000\r\n\r\n" + EVENT);
        states.put("a body that ends with its connection", HEAD + "Connection: close\r\n\r\n" + EVENT);
        for (String part :
                List.of("e", "event", "event: ping", "event: ping\n", "data: {", "data: {}\r", ": comment", "\uFEFF")) {
            states.put("an event that stops at " + escaped(part), CHUNKED + chunk(EVENT + part));
        }
        return states;
    }

    private static String chunk(String data) {
        return Integer.toHexString(data.getBytes(UTF_8).length) + "\r\n" + data + "\r\n";
    }

    private static String escaped(String text) {
        return "'"
                + text.replace("\r", "\\r")
                        .replace("\n", "\\n")
                        .replace("\0", "\\0")
                        .replace("\uFEFF", "\\uFEFF") + "'";
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    final void silenceInAnyStateOfTheFramingHoldsUpNobody(Way way) throws Exception {
        var streams = new ArrayList<Consumed>();
        statesOfFraming().forEach((state, bytes) -> {
            var consumed = new Consumed(
                    state, streams.size() % 2 == 0, Script.empty().raw(bytes).stall());
            streams.add(consumed);
            consumed.peer.awaitWritten(bytes.length());
        });
        for (Consumed consumed : streams) {
            Awaitility.await()
                    .until(() -> consumed.thread.getState() == Thread.State.WAITING || !consumed.thread.isAlive());
        }
        assertAnotherStreamsLimitHolds();
        for (Consumed consumed : streams) {
            consumed.assertAnswersAtOnce();
            consumed.assertGivenUpAtOnce(way);
        }
    }

    /** In large pieces, so that the server blocks soon: it runs in this process. */
    static Stream<Arguments> floods() {
        return Stream.of(": comment\n", "\n", "\r\n", "\r", "data:\n\n", "id: 1\n", "nonsense\n", ping(), text(0, ""))
                .map(text -> arguments(escaped(text), text.repeat((64 << 10) / text.length())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    final void aFloodHoldsUpNobody(String name, String piece) throws Exception {
        Script flood = BEGUN.repeat(piece, Long.MAX_VALUE);
        for (Way way : Way.values()) {
            var consumed = new Consumed("a flood of " + name, way == Way.CANCEL, flood);
            consumed.peer.awaitWritten(1 << 20);
            assertAnotherStreamsLimitHolds();
            consumed.assertAnswersAtOnce();
            consumed.assertGivenUpAtOnce(way);
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    final void oneByteAtATimeHoldsUpNobody(Way way) throws Exception {
        Script trickle = BEGUN.trickle(EVENT.repeat(1000), Duration.ofMillis(1));
        var consumed = new Consumed("one byte at a time", way == Way.CANCEL, trickle);
        consumed.peer.awaitWritten(1000);
        assertAnotherStreamsLimitHolds();
        consumed.assertAnswersAtOnce();
        consumed.assertGivenUpAtOnce(way);
    }

    /** A consumer that is away: its queue is full, and its reader waits. */
    @Test
    final void aFloodThatNobodyConsumesHoldsUpNobody() throws Exception {
        Script flood = BEGUN.repeat(EVENT.repeat(500), Long.MAX_VALUE);
        var peer = closing(ScriptedPeer.serving(flood));
        MessageStream stream = closing(client(peer.uri(""), Timeouts.none())).stream(REQUEST);
        Awaitility.await().until(() -> stream.metrics().events() >= 255);
        assertAnotherStreamsLimitHolds();
        assertAtOnce("close", stream::close);
        assertThat(stream.reader().join(PROMPT)).as("the reader ends").isTrue();
    }

    /** A stream of a hostile server's, and the thread that consumes it. */
    private final class Consumed {
        final String state;
        final ScriptedPeer peer;
        final MessageStream stream;
        final Thread thread;

        Consumed(String state, boolean isVirtual, Script script) {
            this.state = state;
            peer = closing(ScriptedPeer.serving(script));
            stream = closing(client(peer.uri(""), Timeouts.none())).stream(REQUEST);
            thread = (isVirtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon()).start(() -> {
                try {
                    for (StreamEvent event : stream) {
                        var unused = event;
                    }
                } catch (StreamException e) {
                    // whatever a server like this is told to be wrong with
                }
            });
        }

        void assertAnswersAtOnce() throws Exception {
            assertAtOnce(state + ": questions", () -> {
                var unused = List.of(stream.snapshot(), stream.metrics(), stream.endReason(), stream.isEnded());
            });
        }

        void assertGivenUpAtOnce(Way way) throws Exception {
            assertAtOnce(state + ": " + way, () -> {
                switch (way) {
                    case CANCEL -> stream.cancel("enough");
                    case CLOSE -> stream.close();
                }
            });
            assertThat(thread.join(PROMPT)).as(state + ": the consumer returns").isTrue();
            assertThat(stream.reader().join(PROMPT))
                    .as(state + ": the reader ends")
                    .isTrue();
            if (stream.endReason().orElseThrow()
                    instanceof Cancelled) { // else it has ended before, and its connection may be kept
                Awaitility.await(state + ": the connection goes")
                        .atMost(PROMPT)
                        .until(() -> peer.openConnections() == 0);
            }
        }
    }

    /** A stream that has nothing to do with the others, whose limit is met. */
    private void assertAnotherStreamsLimitHolds() throws Exception {
        var silent = closing(ScriptedPeer.serving(Script.stream().stall()));
        var client = closing(client(silent.uri(""), Timeouts.none()));
        long start = System.nanoTime();
        try (MessageStream stream = client.stream(REQUEST, StreamController.withTimeout(LIMIT))) {
            stream.finalMessage();
            throw new AssertionError("no limit was met");
        } catch (TimedOut e) {
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("another stream's limit")
                    .isBetween(LIMIT, LIMIT.plus(PROMPT));
        }
    }

    private LlmClient client(URI address, Timeouts timeouts) {
        return LlmClient.builder(Claude.builder()
                        .apiKey("test-key")
                        .baseUrl(address.toString())
                        .build())
                .transport(transport)
                .timeouts(timeouts)
                .resilience(Resilience.none())
                .build();
    }

    private <T extends AutoCloseable> T closing(T one) {
        open.add(one);
        return one;
    }

    /** On a thread of its own: a call that never returns is a failure, and not the end of the tests. */
    private static void assertAtOnce(String what, Runnable call) throws Exception {
        Thread caller = Thread.ofPlatform().daemon().start(call);
        caller.join(TimeUnit.MILLISECONDS.convert(PROMPT));
        assertThat(caller.isAlive()).as("%s takes longer than %s", what, PROMPT).isFalse();
    }
}
