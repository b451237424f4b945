package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.begin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.TransportUnderTest;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A request may be a conversation of megabytes: nobody holds its bytes once the answer has begun, however long that lasts, or
 * once there will be none.
 */
@Timeout(60)
class LongConversationsTest {
    static Stream<HttpTransport> transports() {
        return Stream.of(TransportUnderTest.create(Duration.ofSeconds(10)));
    }

    /** Remembers what it was asked to send, and does not hold it. */
    private record Watching(HttpTransport transport, List<WeakReference<byte[]>> sent) implements HttpTransport {
        @Override
        public TransportResponse open(TransportRequest request) throws IOException, InterruptedException {
            sent.add(new WeakReference<>(request.body()));
            return transport.open(request);
        }

        @Override
        public void close() {
            transport.close();
        }

        void awaitLetGo() {
            assertThat(sent).hasSize(1);
            Awaitility.await().until(() -> {
                System.gc();
                return sent.getFirst().refersTo(null);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void theRequestIsLetGoOnceItsAnswerHasBegun(HttpTransport transport) {
        var watching = new Watching(transport, new CopyOnWriteArrayList<>());
        try (var fixture = ClientFixture.with(
                        settings -> settings.transport(watching),
                        Script.stream().sse(begin("Once upon a time")).stall());
                var stream = fixture.stream()) {
            assertThat(stream.text().iterator().next()).isEqualTo("Once upon a time");
            watching.awaitLetGo();
            assertThat(stream.snapshot().text()).isEqualTo("Once upon a time");
        } finally {
            transport.close();
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void theRequestIsLetGoOnceNobodyWantsItsAnswer(HttpTransport transport) {
        var watching = new Watching(transport, new CopyOnWriteArrayList<>());
        try (var fixture = ClientFixture.with(
                        settings -> settings.transport(watching), Script.empty().stall());
                var stream = fixture.stream()) {
            Awaitility.await().until(() -> !watching.sent.isEmpty());
            stream.cancel("enough");
            watching.awaitLetGo();
            assertThat(stream.endReason()).containsInstanceOf(Cancelled.class);
        } finally {
            transport.close();
        }
    }
}
