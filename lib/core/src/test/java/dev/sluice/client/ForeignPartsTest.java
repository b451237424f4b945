package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.EndReason.Failed;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.provider.EventDecoder;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a transport or a provider of a third party does, the stream ends, and says why. */
@Timeout(10)
class ForeignPartsTest {

    static Stream<Arguments> transportsThatMisbehave() {
        return Stream.<Arguments>of(
                opens("a checked exception", () -> {
                    throw new TimeoutException("no free connection");
                }),
                opens("an exception that cannot be printed", () -> {
                    throw new IllegalStateException() {
                        @Override
                        public String toString() {
                            throw new UnsupportedOperationException();
                        }
                    };
                }),
                opens("an IOException that cannot be printed", () -> {
                    throw new IOException() {
                        @Override
                        public String getMessage() {
                            throw new UnsupportedOperationException();
                        }
                    };
                }),
                opens("an Error", () -> {
                    throw new StackOverflowError();
                }),
                opens("null", () -> null),
                opens("a response without a body", () -> new TransportResponse(200, Map.of(), null)),
                opens(
                        "an interrupt of its own",
                        () -> MisbehavingParts.answer(
                                new SequenceInputStream(MisbehavingParts.bytes(begin("a")), interrupting()))));
    }

    private static Arguments opens(String what, Callable<TransportResponse> open) {
        return arguments(what, open);
    }

    /** A body that ends with the interrupt flag set, though nobody stopped the stream. */
    private static InputStream interrupting() {
        return new InputStream() {
            @Override
            public int read() {
                Thread.currentThread().interrupt();
                return -1;
            }
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("transportsThatMisbehave")
    void aTransportThatMisbehavesEndsTheStream(String what, Callable<TransportResponse> open) {
        try (var client = MisbehavingParts.client(MisbehavingParts.transport(open));
                var stream = client.stream(ClientFixture.REQUEST)) {
            assertThatThrownBy(stream::done).isInstanceOf(StreamException.class);
            assertThat(stream.isErrored()).isTrue();
            Awaitility.await().until(() -> !stream.reader().isAlive() && client.running() == 0);
        }
    }

    @Test
    void aTimeoutInTheMiddleOfABodyIsNoTimeoutOfConnecting() {
        InputStream body = new SequenceInputStream(MisbehavingParts.bytes(begin("a")), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new SocketTimeoutException("Read timed out");
            }
        });
        try (var client = MisbehavingParts.client(MisbehavingParts.transport(() -> MisbehavingParts.answer(body)));
                var stream = client.stream(ClientFixture.REQUEST)) {
            assertThatThrownBy(stream::done)
                    .isInstanceOf(ConnectionFailed.class)
                    .hasMessageContaining("broke after 3 events")
                    .isInstanceOfSatisfying(
                            StreamException.class,
                            e -> assertThat(e.partial().text()).isEqualTo("a"));
        }
    }

    @Test
    void aConnectTimeoutIsOneHoweverLongTheClientsLimit() {
        HttpTransport impatient = MisbehavingParts.transport(() -> {
            throw new SocketTimeoutException("no connection");
        });
        var never = Timeouts.none().with(Timeouts.Phase.CONNECT, Duration.ofSeconds(Long.MAX_VALUE));
        try (var client = LlmClient.builder(MisbehavingParts.provider(() -> null))
                        .transport(impatient)
                        .timeouts(never)
                        .build();
                var stream = client.stream(ClientFixture.REQUEST)) {
            assertThatThrownBy(stream::done).isInstanceOf(TimedOut.class);
        }
    }

    static Stream<Arguments> decodersThatMisbehave() {
        return Stream.of(
                decodes("null for an event", (sse, out) -> out.accept(null)),
                decodes("an event with nothing in it", (sse, out) -> {
                    out.accept(new StreamEvent.MessageStart(Message.EMPTY));
                    out.accept(new ContentBlockDelta(0, null));
                    out.accept(new StreamEvent.MessageStop());
                }),
                decodes("a checked exception", (sse, out) -> {
                    throw MisbehavingParts.<RuntimeException>sneak(new Exception("mine"));
                }));
    }

    private static Arguments decodes(String what, Decoding decoding) {
        return arguments(what, decoding);
    }

    private interface Decoding extends EventDecoder {
        @Override
        default void end(Consumer<? super StreamEvent> out) {}
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("decodersThatMisbehave")
    void aDecoderThatMisbehavesFailsTheStreamForGood(String what, EventDecoder decoder) {
        HttpTransport transport =
                MisbehavingParts.transport(() -> MisbehavingParts.answer(MisbehavingParts.bytes(answer("a"))));
        try (var client = LlmClient.builder(MisbehavingParts.provider(() -> decoder))
                        .transport(transport)
                        .build();
                var stream = client.stream(ClientFixture.REQUEST)) {
            assertThatThrownBy(stream::done).isInstanceOf(ProtocolError.class);
            assertThatThrownBy(stream::finalMessage)
                    .as("an answer that misses something is not whole")
                    .isInstanceOf(ProtocolError.class);
            assertThat(stream.endReason()).get().isInstanceOf(Failed.class);
        }
    }
}
