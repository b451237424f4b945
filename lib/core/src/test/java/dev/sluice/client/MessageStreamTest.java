package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.toolCall;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.StreamController;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.MessageChunk;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MessageStreamTest {
    private static final Script RIVERS = Script.stream(answer("Rivers ", "run ", "downhill."));

    @Test
    void aLoopSeesEveryEventInOrderAndThenTheWholeMessageIsThere() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            var text = new StringBuilder();
            List<Class<?>> kinds = new ArrayList<>();
            for (StreamEvent event : stream) {
                kinds.add(event.getClass());
                switch (event) {
                    case ContentBlockDelta(int index, TextDelta(String words)) -> text.append(words);
                    case MessageStop() -> text.append("|");
                    default -> {}
                }
            }
            assertThat(text).hasToString("Rivers run downhill.|");
            assertThat(kinds.getFirst()).isEqualTo(MessageStart.class);
            assertThat(kinds).hasSize(8);
            Message message = stream.finalMessage();
            assertThat(message.text()).isEqualTo("Rivers run downhill.");
            assertThat(message.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(message.usage().outputTokens()).isEqualTo(3);
            assertThat(message.usage().inputTokens()).isEqualTo(10);
            assertThat(stream.endReason()).contains(new Completed());
        }
    }

    @Test
    void theRequestCarriesTheKeyAndAsksForAStream() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            stream.done();
            ReceivedRequest request = fixture.peer.awaitRequest(1);
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/v1/messages");
            assertThat(request.header("x-api-key")).isEqualTo("test-key");
            assertThat(request.bodyText()).contains("\"stream\":true").contains("Tell me about rivers");
        }
    }

    @Test
    void theSnapshotIncludesTheEventJustReturnedAndNothingAfterIt() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            var text = new StringBuilder();
            for (StreamEvent event : stream) {
                if (event instanceof ContentBlockDelta(int index, TextDelta(String words))) {
                    text.append(words);
                }
                assertThat(stream.snapshot().text()).isEqualTo(text.toString());
            }
        }
    }

    @Test
    void textIsAJavaStreamOfTheWords() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            assertThat(stream.text()).containsExactly("Rivers ", "run ", "downhill.");
            assertThat(stream.finalText()).isEqualTo("Rivers run downhill.");
        }
    }

    @Test
    void textArrivesBeforeTheAnswerIsComplete() {
        var more = new CountDownLatch(1);
        try (var fixture = ClientFixture.with(
                        Script.stream().sse(begin("first")).gate(more).stall());
                var stream = fixture.stream()) {
            assertThat(stream.text().findFirst()).contains("first");
            assertThat(more.getCount()).as("the rest was never sent").isEqualTo(1);
        }
    }

    @Test
    void leavingAJavaStreamEarlyCancelsTheRequest() {
        try (var fixture = ClientFixture.with(
                Script.stream().sse(begin("a", "b", "c", "d")).stall())) {
            MessageStream stream = fixture.stream(); // not closed by hand
            List<MessageChunk> chunks = stream.chunks().limit(3).toList();
            assertThat(chunks).extracting(MessageChunk::text).containsExactly("", "a", "b");
            assertThat(stream.isAborted()).isTrue();
            fixture.peer.awaitGone(Duration.ofSeconds(2));
        }
    }

    @Test
    void anExceptionInAJavaStreamCancelsTheRequest() {
        try (var fixture =
                ClientFixture.with(Script.stream().sse(begin("a", "b")).stall())) {
            MessageStream stream = fixture.stream();
            assertThatThrownBy(() -> stream.text().forEach(words -> {
                        throw new IllegalStateException("mine");
                    }))
                    .hasMessage("mine");
            fixture.peer.awaitGone(Duration.ofSeconds(2));
        }
    }

    @Test
    void chunksCarryTextToolCallsFinishAndUsage() {
        try (var fixture =
                        ClientFixture.with(Script.stream(toolCall("toolu_1", "weather", "{\"city\":", "\"Porto\"}")));
                var stream = fixture.stream()) {
            List<MessageChunk> chunks = stream.chunks().toList();
            var input = new StringBuilder();
            chunks.forEach(chunk -> {
                if (chunk.toolCall() != null) {
                    input.append(chunk.toolCall().inputFragment());
                }
            });
            assertThat(input).hasToString("{\"city\":\"Porto\"}");
            assertThat(chunks.get(1).toolCall()).isEqualTo(new MessageChunk.ToolCall(0, "toolu_1", "weather", ""));
            assertThat(chunks.getLast().finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(chunks.getLast().usage()).isNotNull();
        }
    }

    // a second iterator is refused, whichever way the first was taken.
    @Test
    void aStreamIsIteratedOnce() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            stream.iterator();
            assertThatThrownBy(stream::iterator).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(stream::text).isInstanceOf(IllegalStateException.class);
            stream.done();
            assertThatThrownBy(stream::events).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void everythingReturnsAtOnceAfterTheEnd() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            var events = stream.iterator();
            stream.done();
            assertThat(events.hasNext()).isFalse();
            assertThatThrownBy(events::next).isInstanceOf(NoSuchElementException.class);
            stream.done();
            assertThat(stream.finalMessage()).isEqualTo(stream.snapshot());
            assertThat(stream.await(Signal.MESSAGE)).contains(stream.finalMessage());
            assertThat(stream.await(Signal.TEXT)).isEmpty();
            assertThat(stream.await(Signal.END)).isEmpty();
            stream.cancel("too late");
            assertThat(stream.endReason()).contains(new Completed());
        }
    }

    @Test
    void nextWorksWithoutHasNext() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            var events = stream.iterator();
            for (int i = 0; i < 8; i++) {
                events.next();
            }
            assertThatThrownBy(events::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void finalMessageRunsTheStreamFromWhereverItIs() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            var events = stream.iterator();
            events.next();
            events.next();
            assertThat(stream.finalText()).isEqualTo("Rivers run downhill.");
            assertThat(events.hasNext()).isFalse();
        }
    }

    @Test
    void leavingTheLoopAfterTheMessageStopIsNoCancellation() {
        for (int round = 0; round < 50; round++) {
            try (var fixture = ClientFixture.with(RIVERS)) {
                var stream = fixture.stream();
                try (stream) {
                    for (StreamEvent event : stream) {
                        if (event instanceof MessageStop) {
                            break;
                        }
                    }
                }
                assertThat(stream.endReason()).contains(new Completed());
                assertThat(stream.finalText()).isEqualTo("Rivers run downhill.");
            }
        }
    }

    @Test
    void leavingTheLoopEarlyCancels() {
        try (var fixture =
                ClientFixture.with(Script.stream().sse(begin("a", "b")).stall())) {
            var stream = fixture.stream();
            try (stream) {
                for (StreamEvent event : stream) {
                    if (event instanceof ContentBlockDelta) {
                        break;
                    }
                }
            }
            assertThat(stream.endReason()).contains(new Cancelled("closed before its end"));
            assertThat(stream.isAborted()).isTrue();
            assertThat(stream.isErrored()).isFalse();
            assertThat(stream.snapshot().text()).isEqualTo("a");
            fixture.peer.awaitGone(Duration.ofSeconds(2));
        }
    }

    @Test
    void pingsAreHandedOut() {
        try (var fixture = ClientFixture.with(
                        Script.stream().sse(ping()).sse(answer("x")).end());
                var stream = fixture.stream()) {
            assertThat(stream.events().filter(Ping.class::isInstance)).hasSize(1);
        }
    }

    @Test
    void theResponseIsThereBeforeTheFirstEvent() {
        try (var fixture = ClientFixture.with(Script.stream().stall());
                var stream = fixture.stream()) {
            ResponseInfo response = stream.response();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.requestId()).isEqualTo("req_scripted");
            assertThat(response.header("Content-Type")).get().asString().startsWith("text/event-stream");
            assertThat(response.header("no-such")).isEmpty();
            assertThat(stream.isEnded()).isFalse();
        }
    }

    @Test
    void metricsAreThereAtAnyTime() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            assertThat(stream.metrics().tokensPerSecond()).isZero();
            stream.done();
            StreamMetrics metrics = stream.metrics();
            assertThat(metrics.events()).isEqualTo(8);
            assertThat(metrics.bytes()).isGreaterThan(500);
            assertThat(metrics.outputTokens()).isEqualTo(3);
            assertThat(metrics.timeToHeaders()).isPositive();
            assertThat(metrics.timeToFirstEvent()).isGreaterThanOrEqualTo(metrics.timeToHeaders());
            assertThat(metrics.timeToFirstText()).isGreaterThanOrEqualTo(metrics.timeToFirstEvent());
            assertThat(metrics.timeToFirstToken()).contains(metrics.timeToFirstText());
            assertThat(metrics.duration()).isGreaterThanOrEqualTo(metrics.timeToFirstText());
            assertThat(metrics.gapMax()).isGreaterThanOrEqualTo(metrics.gapP50());
        }
    }

    @Test
    void aSecondThreadIsRefusedRatherThanMadeToWait() throws Exception {
        try (var fixture = ClientFixture.with(Script.stream().stall());
                var stream = fixture.stream()) {
            var entered = new CountDownLatch(1);
            stream.on(Signal.CONNECT, response -> entered.countDown());
            Thread consumer = Thread.ofVirtual().start(stream::done);
            entered.await();
            var refused = new AtomicReference<Throwable>();
            Thread other = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        stream.done();
                    }
                } catch (IllegalStateException e) {
                    refused.set(e);
                }
            });
            assertThat(other.join(Duration.ofSeconds(5))).isTrue();
            assertThat(refused.get()).hasMessageContaining("another thread");
            stream.cancel("done");
            assertThat(consumer.join(Duration.ofSeconds(5))).isTrue();
        }
    }

    // The interleaving: closed by one thread while another is in a handler that takes its time
    @Test
    void aConsumerBesideALongHandlerIsRefusedThoughTheStreamIsClosed() throws Exception {
        var inHandler = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        try (var fixture = ClientFixture.with(Script.stream().sse(begin("a")).stall());
                var stream = fixture.stream()) {
            stream.on(Signal.TEXT, (words, all) -> {
                inHandler.countDown();
                while (release.getCount() > 0) {
                    Thread.onSpinWait();
                }
            });
            Thread consumer = Thread.ofPlatform().start(stream::done);
            inHandler.await();
            stream.close();
            try {
                var refused = new AtomicReference<Throwable>();
                Thread other = Thread.ofPlatform().daemon().start(() -> {
                    try {
                        stream.done();
                    } catch (IllegalStateException e) {
                        refused.set(e);
                    }
                });
                assertThat(other.join(Duration.ofSeconds(5))).isTrue();
                assertThat(refused.get()).hasMessageContaining("another thread");
            } finally {
                release.countDown();
            }
            assertThat(consumer.join(Duration.ofSeconds(5))).isTrue();
            stream.done();
        }
    }

    @Test
    void connectionsAreUsedAgain() {
        try (var fixture = ClientFixture.with(RIVERS)) {
            for (int i = 0; i < 20; i++) {
                try (var stream = fixture.stream()) {
                    stream.done();
                }
            }
            assertThat(fixture.peer.requests()).hasSize(20);
            // Giving a connection back takes the reader a moment; most streams find one that is free.
            assertThat(fixture.peer.connections()).isLessThan(15);
        }
    }

    @Test
    void theThreadIsNamedAfterTheStreamAndRunsNoHandler() {
        try (var fixture = ClientFixture.with(RIVERS);
                var stream = fixture.stream()) {
            List<Thread> threads = new ArrayList<>();
            stream.on(Signal.TEXT, (delta, all) -> threads.add(Thread.currentThread()));
            stream.done();
            assertThat(threads).hasSize(3).containsOnly(Thread.currentThread());
        }
    }

    @Test
    void aControllerSteersOneStreamOnly() {
        try (var fixture = ClientFixture.with(RIVERS)) {
            var controller = StreamController.withCancellation();
            try (var stream = fixture.stream(controller)) {
                assertThat(stream.controller()).isSameAs(controller);
                assertThatThrownBy(() -> fixture.stream(controller))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("controller");
                stream.done();
            }
        }
    }
}
