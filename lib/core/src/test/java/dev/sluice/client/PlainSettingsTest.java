package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.toolCall;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.StreamController;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.WholeAnswer;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's settings in plain words: what its requests default to, and how many may run and be sent. */
@Timeout(30)
class PlainSettingsTest {
    private static final Script WHOLE = Script.json(200, WholeAnswer.of(answer("Rivers run.")));
    private static final Script REFUSAL =
            Script.json(529, errorJson("overloaded_error", "Overloaded"), "retry-after-ms", "1");

    private static LlmClient client(ScriptedPeer peer, UnaryOperator<LlmClient.Builder> settings) {
        var provider = Claude.builder().apiKey("k").baseUrl(peer.uri("")).build();
        return settings.apply(
                        LlmClient.builder(provider).model("claude-sonnet-5").maxTokens(100))
                .build();
    }

    private static void assertAsked(ReceivedRequest request, String model, int maxTokens) {
        assertThat(Json.readObject(request.bodyText()))
                .containsEntry("model", model)
                .containsEntry("max_tokens", maxTokens);
    }

    @Test
    void aTextIsARequestToTheClientsModel() {
        try (var peer = ScriptedPeer.serving(Script.stream(answer("Rivers run.")));
                var client = client(peer, settings -> settings);
                var stream = client.stream("Tell me about rivers")) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
        }
        try (var peer = ScriptedPeer.serving(WHOLE, WHOLE);
                var client = client(peer, settings -> settings)) {
            assertThat(client.send("Tell me about rivers").text()).isEqualTo("Rivers run.");
            assertThat(client.send(client.request()
                                    .system("Be short")
                                    .user("Rivers?")
                                    .build())
                            .text())
                    .isEqualTo("Rivers run.");
            assertAsked(peer.requests().getFirst(), "claude-sonnet-5", 100);
            assertAsked(peer.requests().getLast(), "claude-sonnet-5", 100);
        }
    }

    @Test
    void whatARequestSaysItselfCounts() {
        try (var peer = ScriptedPeer.serving(WHOLE);
                var client = client(peer, settings -> settings)) {
            client.send(client.request()
                    .model("claude-opus-5")
                    .maxTokens(7)
                    .user("Rivers?")
                    .build());
            assertAsked(peer.requests().getFirst(), "claude-opus-5", 7);
        }
    }

    @Test
    void aClientWithoutAModelSaysHowToSetOne() {
        try (var client =
                LlmClient.builder(Claude.builder().apiKey("k").build()).build()) {
            assertThatThrownBy(() -> client.send("Rivers?"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith(
                            "model: this client has none; set it with LlmClient.builder(provider).model(");
            assertThatThrownBy(() -> client.stream("Rivers?")).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void aRequestIsSentAgainAsOftenAsIsSaid(int retries) {
        Script[] refusals =
                IntStream.rangeClosed(0, retries).mapToObj(i -> REFUSAL).toArray(Script[]::new);
        try (var peer = ScriptedPeer.serving(refusals);
                var client = client(peer, settings -> settings.maxRetries(retries))) {
            assertThatThrownBy(() -> client.send("Rivers?")).isInstanceOf(ApiError.class);
            assertThat(peer.requests()).hasSize(retries + 1);
        }
    }

    @Test
    void noMoreThanTheGivenNumberRunAtOnceAndNoneIsRefused() throws Exception {
        Script[] answers = IntStream.range(0, 12)
                .mapToObj(i -> Script.stream(answer("Rivers ", "run.")))
                .toArray(Script[]::new);
        try (var peer = ScriptedPeer.serving(answers);
                var client = client(peer, settings -> settings.maxConcurrent(3));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = IntStream.range(0, 3)
                    .mapToObj(i -> client.stream("Rivers?"))
                    .toList();
            first.forEach(stream -> assertThat(stream.iterator().hasNext()).isTrue());
            var rest = IntStream.range(0, 9)
                    .mapToObj(i -> threads.submit(() -> client.stream("Rivers?").finalText()))
                    .toList();
            for (MessageStream stream : first) {
                assertThat(stream.finalText()).isEqualTo("Rivers run.");
            }
            for (var one : rest) {
                assertThat(one.get()).isEqualTo("Rivers run.");
            }
        }
    }

    /** How a request that waits for its turn is stopped, and what it says then. */
    enum Stop {
        CANCEL(Cancelled.class),
        TOTAL(TimedOut.class),
        INTERRUPT(Cancelled.class),
        CLOSE(Cancelled.class);

        final Class<? extends RuntimeException> failure;

        Stop(Class<? extends RuntimeException> failure) {
            this.failure = failure;
        }
    }

    static List<Stop> stops() {
        return List.of(Stop.values());
    }

    @ParameterizedTest
    @MethodSource("stops")
    void aRequestThatWaitsForItsTurnCanBeStopped(Stop stop) throws Exception {
        try (var peer = ScriptedPeer.serving(Script.stream().sse(begin("a")).stall(), WHOLE);
                var client = client(peer, settings -> settings.maxConcurrent(1));
                var running = client.stream("Rivers?")) {
            assertThat(running.iterator().hasNext()).isTrue();
            var controller = stop == Stop.TOTAL
                    ? StreamController.withTimeout(Duration.ofMillis(100))
                    : StreamController.withCancellation();
            var waiting = new CompletableFuture<Message>();
            MessageRequest request = client.request().user("Rivers?").build();
            Thread thread = Thread.ofVirtual().start(() -> {
                try {
                    waiting.complete(client.send(request, controller));
                } catch (RuntimeException e) {
                    waiting.completeExceptionally(e);
                }
            });
            await().until(() -> client.running() == 2 && thread.getState() != Thread.State.RUNNABLE);
            switch (stop) {
                case CANCEL -> controller.cancel();
                case INTERRUPT -> thread.interrupt();
                case CLOSE -> client.close();
                case TOTAL -> {}
            }
            assertThatThrownBy(waiting::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(stop.failure);
            assertThat(peer.requests()).hasSize(1);
            running.close();
            if (stop != Stop.CLOSE) {
                assertThat(client.send(request).text()).isEqualTo("Rivers run."); // its place is free
            }
        }
    }

    @Test
    void aToolMayAskTheSameClientThoughOnlyOneRequestMayRun() {
        try (var peer = ScriptedPeer.serving(
                        Script.stream(toolCall("call_1", "ask", "{\"text\":\"Rivers?\"}")),
                        WHOLE,
                        Script.stream(answer("They run.")));
                var client = client(peer, settings -> settings.maxConcurrent(1));
                var run = ToolLoop.builder(client, client.request().user("Ask").build())
                        .tools(Tool.of(
                                "ask",
                                "asks",
                                Ask.class,
                                (input, context) -> client.send(input.text()).text()))
                        .start()) {
            assertThat(run.finalMessage().text()).isEqualTo("They run.");
        }
    }

    record Ask(String text) {}

    @Test
    void requestsAreSentAtEvenIntervals() {
        try (var peer = ScriptedPeer.serving(WHOLE, WHOLE, WHOLE);
                var client = client(peer, settings -> settings.requestsPerMinute(600))) {
            long start = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                client.send("Rivers?");
            }
            // the first may be sent at the end of its interval of 100 ms, the third not before the next but one begins
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(100));
        }
    }

    @Test
    void aSettingThatIsThereTwiceIsRefused() {
        var provider = Claude.builder().apiKey("k").build();
        assertThatThrownBy(() -> LlmClient.builder(provider)
                        .resilience(Resilience.none())
                        .maxConcurrent(3)
                        .build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("maxConcurrent and resilience are both set; set it in Resilience.builder() alone");
    }

    @Test
    void numbersThatMakeNoSenseAreRefused() {
        LlmClient.Builder settings =
                LlmClient.builder(Claude.builder().apiKey("k").build());
        assertThatThrownBy(() -> settings.maxRetries(-1)).hasMessage("maxRetries: -1, must be at least 0");
        assertThatThrownBy(() -> settings.maxConcurrent(0)).hasMessage("maxConcurrent: 0, must be at least 1");
        assertThatThrownBy(() -> settings.requestsPerMinute(0)).hasMessage("requestsPerMinute: 0, must be at least 1");
        assertThatThrownBy(() -> settings.model(" "))
                .hasMessageStartingWith("model: must not be blank; if it comes from an environment variable");
        assertThatThrownBy(() -> settings.maxTokens(0)).hasMessage("maxTokens: 0, must be at least 1");
    }
}
