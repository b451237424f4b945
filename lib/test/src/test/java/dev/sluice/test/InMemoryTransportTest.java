package dev.sluice.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException;
import dev.sluice.client.LlmClient;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.test.peer.Script;
import dev.sluice.test.server.Answer;
import dev.sluice.test.server.AnswerQueue;
import dev.sluice.test.server.Fault;
import dev.sluice.test.server.ParsedRequest;
import dev.sluice.transport.HttpTransport.NoResponseException;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of a transport, kept without a socket, and what clients of all providers make of it. */
@Timeout(30)
class InMemoryTransportTest {
    private static final URI NOWHERE = URI.create("https://api.invalid");
    private static final TransportRequest ASKED =
            new TransportRequest("POST", URI.create("https://api.invalid/p?q=1"), Map.of("X-A", "1"), new byte[] {'b'});

    @ParameterizedTest
    @EnumSource
    void everyProvidersClientStreamsAndSends(Providers provider) {
        Answer answer =
                Answer.thinking("Hmm. ").thenText("Hel", "lo").thenToolCall("weather", "{\"city\":", "\"Porto\"}");
        var transport = InMemoryTransport.answering(answer.usage(7, 5), answer.usage(7, 5));
        try (var client = LlmClient.builder(provider.at(NOWHERE))
                        .transport(transport)
                        .build();
                var stream = client.stream(Providers.REQUEST)) {
            for (Message message : new Message[] {stream.finalMessage(), client.send(Providers.REQUEST)}) {
                assertThat(message.text()).isEqualTo("Hello");
                assertThat(message.content())
                        .hasAtLeastOneElementOfType(ContentBlock.Thinking.class)
                        .hasAtLeastOneElementOfType(ContentBlock.ToolUse.class);
                assertThat(message.usage().totalTokens()).isGreaterThanOrEqualTo(12);
            }
        }
        assertThat(transport.requests())
                .hasSize(2)
                .allSatisfy(request ->
                        assertThat(ParsedRequest.of(request).prompt()).isEqualTo("hi"));
        Awaitility.await().until(() -> transport.openExchanges() == 0);
    }

    @ParameterizedTest
    @EnumSource
    void aRefusalIsOneWhateverTheWireMakesOfIt(Providers provider) {
        Answer words = Answer.text("I would ", "rather not.").end(Answer.End.REFUSAL);
        Answer none = Answer.empty().end(Answer.End.REFUSAL);
        var transport = InMemoryTransport.answering(words, words, none, none);
        try (var client =
                LlmClient.builder(provider.at(NOWHERE)).transport(transport).build()) {
            for (String text : List.of("I would rather not.", "")) {
                try (var stream = client.stream(Providers.REQUEST)) {
                    for (Message message : new Message[] {stream.finalMessage(), client.send(Providers.REQUEST)}) {
                        assertThat(message.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
                        assertThat(message.text()).isEqualTo(text);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"CUT", "RESET", "HALF_CLOSE", "ERROR", "GARBAGE", "BROKEN_CHUNK"})
    void everyFaultIsAnExceptionThatKeepsWhatCame(Fault fault) {
        var transport = InMemoryTransport.answering(Answer.text("one", " two").failing(fault));
        try (var client = LlmClient.builder(Providers.CLAUDE.at(NOWHERE))
                        .transport(transport)
                        .build();
                var stream = client.stream(Providers.REQUEST)) {
            assertThatThrownBy(stream::finalText)
                    .isInstanceOfSatisfying(
                            StreamException.class,
                            e -> assertThat(e.partial().text()).isEqualTo("one"));
        }
    }

    @Test
    void aQueueTakesAnswersAndFaultsWhileTheTestRuns() {
        var queue = AnswerQueue.of();
        try (var client = LlmClient.builder(Providers.CLAUDE.at(NOWHERE))
                .transport(InMemoryTransport.scripted(queue))
                .build()) {
            queue.add(Answer.text("after a retry"));
            queue.next(Fault.OVERLOADED);

            assertThat(client.send(Providers.REQUEST).text()).isEqualTo("after a retry");
            assertThat(queue.remaining()).isEmpty();
        }
    }

    @Test
    void aRequestIsKeptAsItWouldBeOnTheWire() throws Exception {
        try (var transport = InMemoryTransport.scripted(request -> Script.json(201, "{}", "x-b", "2", "x-b", "3"));
                TransportResponse response = transport.open(ASKED)) {
            var request = transport.requests().getFirst();
            assertThat(request.method() + request.path() + request.header("x-a") + request.bodyText())
                    .isEqualTo("POST/p?q=11b");
            assertThat(response.status()).isEqualTo(201);
            assertThat(response.headers().get("X-B")).containsExactly("2", "3");
            assertThat(response.body().readAllBytes()).asString().isEqualTo("{}");
        }
    }

    @Test
    void aSlowReaderSlowsTheScript() throws Exception {
        var sent = new AtomicInteger();
        byte[] piece = new byte[1 << 10];
        Script script = Script.stream().then(out -> {
            for (int i = 0; i < 1000; i++) {
                out.body(piece);
                sent.incrementAndGet();
            }
            out.end();
        });
        try (var transport = InMemoryTransport.scripted(request -> script);
                TransportResponse response = transport.open(ASKED)) {
            Awaitility.await().until(() -> sent.get() == 64);
            assertThat(response.body().available()).isEqualTo(1 << 10);
            assertThat(response.body().readNBytes(1 << 10)).hasSize(1 << 10);
            Awaitility.await().until(() -> sent.get() == 65);
            assertThat(response.body().readAllBytes()).hasSize(999 << 10);
        }
    }

    @Test
    void whatCameBeforeABreakIsReadBeforeTheFailure() throws Exception {
        for (Script broken : new Script[] {
            Script.stream().sse("abc").cut(),
            Script.stream().sse("abc").reset(),
            Script.stream().sse("abc").halfClose(),
            Script.stream().sse("abc").malformedChunk(),
            Script.empty().head(200, "content-length", "4").sse("abc").cut(),
            Script.stream().sse("abc").then(out -> {
                throw new IllegalStateException("a mistake in the test");
            })
        }) {
            try (var transport = InMemoryTransport.scripted(request -> broken);
                    TransportResponse response = transport.open(ASKED)) {
                InputStream body = response.body();
                assertThat(body.read()).isEqualTo('a');
                assertThat(body.available()).isEqualTo(2);
                assertThat(body.read(new byte[0])).isZero();
                assertThat(body.readNBytes(2)).hasSize(2);
                assertThat(body.available()).isZero();
                assertThatThrownBy(body::read).isInstanceOf(IOException.class).hasMessageContaining("broke off");
            }
        }
    }

    @Test
    void aBodyMayEndWithTheConnectionOrHaveALength() throws Exception {
        for (Script whole : new Script[] {
            Script.empty().head(200, "connection", "close").sse("abc").cut(),
            Script.empty().head(200, "content-length", "3").sse("abc").cut(),
            Script.stream("abc")
        }) {
            try (var transport = InMemoryTransport.scripted(request -> whole);
                    TransportResponse response = transport.open(ASKED)) {
                assertThat(response.body().readAllBytes()).asString().isEqualTo("abc");
                assertThat(response.body().read()).isEqualTo(-1);
                assertThat(transport.openExchanges()).isZero();
            }
        }
        try (var transport =
                        InMemoryTransport.scripted(request -> Script.empty().head(204, "content-length", "0"));
                TransportResponse response = transport.open(ASKED)) {
            assertThat(response.body().read()).isEqualTo(-1);
        }
    }

    @Test
    void withoutAHeadThereIsNoResponse() {
        for (Script none : new Script[] {
            Script.empty().cut(), Script.empty().reset(), Script.empty().end()
        }) {
            try (var transport = InMemoryTransport.scripted(request -> none)) {
                assertThatThrownBy(() -> transport.open(ASKED)).isInstanceOf(NoResponseException.class);
            }
        }
        try (var transport =
                InMemoryTransport.scripted(request -> Script.empty().head(200, "content-length", "-1"))) {
            assertThatThrownBy(() -> transport.open(ASKED)).isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void anInterruptEndsEachWaitAtOnce() throws Exception {
        try (var transport =
                InMemoryTransport.scripted(request -> request.path().startsWith("/head")
                        ? Script.empty().stall()
                        : Script.stream().gate(never()))) {
            var noHead = new TransportRequest("GET", NOWHERE.resolve("/head"), Map.of(), new byte[0]);
            assertThat(interrupted(() -> transport.open(noHead))).isInstanceOf(InterruptedException.class);
            TransportResponse silent = transport.open(ASKED);
            assertThat(interrupted(() -> silent.body().read())).isInstanceOf(InterruptedIOException.class);
            assertThat(transport.openExchanges()).isZero();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> transport.open(ASKED)).isInstanceOf(InterruptedException.class);
            assertThat(transport.requests()).hasSize(2);
        }
    }

    @Test
    void closingFromAnotherThreadEndsAReadAndThePausesOfTheScript() throws Exception {
        var over = new CountDownLatch(1);
        Script slow = Script.stream().then(out -> {
            try {
                out.pause(Duration.ofHours(1));
            } finally {
                over.countDown();
            }
        });
        var transport = InMemoryTransport.scripted(request -> slow);
        for (AutoCloseable closing : new AutoCloseable[] {transport.open(ASKED), transport}) {
            TransportResponse response = closing instanceof TransportResponse it ? it : transport.open(ASKED);
            var read = new FutureTask<>(() -> response.body().read());
            Thread reader = Thread.startVirtualThread(read);
            Awaitility.await().until(() -> reader.getState() == Thread.State.WAITING);
            closing.close();
            assertThatThrownBy(read::get).hasMessageContaining("closed");
            over.await();
        }
        assertThatThrownBy(() -> transport.open(ASKED)).hasMessageContaining("closed");
    }

    private static CountDownLatch never() {
        return new CountDownLatch(1);
    }

    /** What something that blocks fails with once its thread is interrupted. */
    private static Throwable interrupted(java.util.concurrent.Callable<?> blocks) throws Exception {
        var task = new FutureTask<>(blocks);
        Thread thread = Thread.startVirtualThread(task);
        Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
        thread.interrupt();
        try {
            return new AssertionError("gave " + task.get());
        } catch (java.util.concurrent.ExecutionException e) {
            return e.getCause();
        }
    }
}
