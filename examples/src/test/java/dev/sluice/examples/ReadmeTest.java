package dev.sluice.examples;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.budget.Budget;
import dev.sluice.client.Failover;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.client.Signal;
import dev.sluice.continuation.Continuation;
import dev.sluice.examples.server.DemoServer;
import dev.sluice.message.Conversation;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.RunSource;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jetty.JettyRelay;
import dev.sluice.resilience.Resilience;
import dev.sluice.resilience.RetryDefaults;
import dev.sluice.sse.SseClient;
import dev.sluice.sse.SseEvent;
import dev.sluice.test.server.Fault;
import dev.sluice.test.server.Pace;
import dev.sluice.test.server.ScriptedServer;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.RetryRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The README's snippets: they stand here, between their markers, and a test holds that they stand there too. */
@Timeout(value = 60, unit = SECONDS)
class ReadmeTest {
    private static final Path README = Path.of(System.getProperty("readme", "../README.md"));
    private static final Path HERE = Path.of("src/test/java/dev/sluice/examples/ReadmeTest.java");

    private final ScriptedServer server = DemoServer.start(Pace.brisk(), 9);
    private final LlmClient client = LlmClient.builder(
                    Claude.builder().baseUrl(server.uri()).apiKey("any").build())
            .build();
    private final MessageRequest request = rivers();

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void relay() throws Exception {
        int port = freePort();
        MessageRequest.Builder asking = request.toBuilder();
        Tool level = Tool.of("river_level", "How high a river was", "{\"type\":\"object\"}", (in, context) -> "2.41 m");
        Watcher stopped = () -> System.out.print(watched(port));
        assertThat(ExampleOutput.by(args -> {
                    // readme
                    RunFactory starter = asked -> {
                        MessageRequest next =
                                asking.conversation(asked.conversation()).build();
                        return RunSource.of(client.run(next, level));
                    };
                    Relay relay = Relay.builder().build();
                    RelayEndpoint endpoint =
                            RelayEndpoint.builder(relay, starter).page().build();
                    try (JettyRelay server = JettyRelay.start(endpoint, port)) {
                        System.out.println("Open " + server.uri());
                        stopped.await();
                    }
                    // end
                }))
                .startsWith("Open http://127.0.0.1:" + port + "/\n")
                .containsSubsequence(
                        "event: message_start\n", "event: tool_start\n", "2.41 m", "event: stream_complete\n");
    }

    /** Waits as a server does, and meanwhile is its one visitor. */
    private interface Watcher {
        void await() throws Exception;
    }

    private static String watched(int port) throws Exception {
        HttpRequest question = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/stream"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"message\":\"How high is the Douro?\"}"))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            return http.send(question, BodyHandlers.ofString()).body();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static MessageRequest rivers() {
        // readme
        MessageRequest request = MessageRequest.builder()
                .model("claude-sonnet-5")
                .maxTokens(1024)
                .user("Tell me about rivers")
                .build();
        // end
        return request;
    }

    @Test
    void text() throws Exception {
        assertThat(ExampleOutput.by(args -> {
                    // readme
                    try (MessageStream stream = client.stream(request)) {
                        stream.text().forEach(System.out::print);
                    }
                    // end
                }))
                .startsWith("A river begins")
                .endsWith("the same river.");
    }

    @Test
    void events() throws Exception {
        assertThat(ExampleOutput.by(args -> {
                    // readme
                    try (MessageStream stream = client.stream(request)) {
                        for (StreamEvent event : stream) {
                            switch (event) {
                                case ContentBlockDelta(int index, TextDelta(String text)) -> System.out.print(text);
                                case ContentBlockDelta(int index, InputJsonDelta(String json)) ->
                                    System.out.print(json);
                                case MessageStop() -> System.out.println();
                                default -> {}
                            }
                        }
                        System.out.println(stream.finalMessage().usage().outputTokens() + " tokens");
                    }
                    // end
                }))
                .startsWith("A river begins")
                .containsPattern("river\\.\n\\d+ tokens\n$");
    }

    @Test
    void cancelAndLimits() throws Exception {
        assertThat(ExampleOutput.by(args -> {
                    // readme
                    StreamController controller = StreamController.builder()
                            .timeout(Duration.ofMinutes(2))
                            .idleTimeout(Duration.ofSeconds(20))
                            .maxChunks(500)
                            .onCancel(() -> System.out.println("stopped"))
                            .build();
                    try (MessageStream stream = client.stream(request, controller)) {
                        // any thread may do this, at any moment
                        Thread.startVirtualThread(() -> controller.cancel("the user pressed stop"));
                        stream.text().forEach(System.out::print);
                        System.out.println(stream.endReason().orElseThrow());
                    }
                    // end
                }))
                .contains("Cancelled[reason=the user pressed stop]");
    }

    @Test
    void handlers() throws Exception {
        assertThat(ExampleOutput.by(args -> {
                    // readme
                    try (MessageStream stream = client.stream(request)) {
                        stream.on(Signal.TEXT, (delta, soFar) -> System.out.print(delta))
                                .once(Signal.CONNECT, response -> System.out.println(response.requestId()))
                                .on(Signal.ERROR, error -> System.err.println(error.getMessage()));
                        String first = stream.await(Signal.TEXT).orElseThrow(); // runs the stream up to here
                        Message message = stream.finalMessage(); // and from here to its end
                        System.out.println(
                                "\n" + first.length() + " of " + message.text().length() + " characters came first");
                    }
                    // end
                }))
                .startsWith("req_01")
                .containsPattern("river\\.\n[3-6] of 4\\d\\d characters came first");
    }

    @Test
    void errors() throws Exception {
        server.next(Fault.ERROR);

        assertThat(ExampleOutput.by(args -> {
                    // readme
                    try (MessageStream stream = client.stream(request)) {
                        System.out.println(stream.finalText());
                    } catch (StreamException.TimedOut e) {
                        System.out.println("too slow in phase " + e.phase() + ", so far: "
                                + e.partial().text());
                    } catch (StreamException e) {
                        System.out.println(e.getMessage() + (e.retryable() ? "; worth another try" : ""));
                        System.out.println("so far: " + e.partial().text());
                    }
                    // end
                }))
                .contains("overloaded_error", "worth another try", "so far: A river begins");
    }

    @Test
    void manyRequests() throws Exception {
        Claude claude = Claude.builder().baseUrl(server.uri()).apiKey("any").build();
        assertThat(ExampleOutput.by(args -> {
                    // readme
                    try (LlmClient client = LlmClient.builder(claude)
                            .model("claude-sonnet-5")
                            .maxTokens(300)
                            .maxRetries(4) // 2 if nothing is set
                            .maxConcurrent(20) // further requests wait
                            .requestsPerMinute(1_000)
                            .build()) {
                        System.out.println(
                                client.send("A haiku about a mill, please").text());
                    }
                    // end
                }))
                .contains("wheel");
    }

    @Test
    void whatGoesWrong() throws Exception {
        server.next(Fault.OVERLOADED);
        server.next(Fault.CUT);
        Claude claude = Claude.builder().baseUrl(server.uri()).apiKey("any").build();

        assertThat(ExampleOutput.by(args -> {
                    // readme
                    Resilience resilience = Resilience.builder()
                            .retry(RetryRegistry.of(RetryDefaults.config()).retry("claude"))
                            .circuitBreaker(CircuitBreakerRegistry.ofDefaults().circuitBreaker("claude"))
                            .bulkhead(BulkheadRegistry.ofDefaults().bulkhead("claude"))
                            .build();
                    try (LlmClient client = LlmClient.builder(claude)
                                    .resilience(resilience) // without it: two retries, as the official SDKs
                                    .continuation(Continuation.upTo(2)) // without it: an answer that breaks off fails
                                    .build();
                            MessageStream stream = client.stream(request, Budget.outputTokens(50_000))) {
                        stream.text().forEach(System.out::print);
                        System.out.println("\n" + stream.metrics().retries() + " retries, "
                                + stream.metrics().continuations() + " continuations");
                    }
                    // end
                }))
                .startsWith("A river begins")
                .endsWith("the same river.\n1 retries, 1 continuations\n");
    }

    @Test
    void failover() throws Exception {
        Claude claude = Claude.builder().baseUrl(server.uri()).apiKey("any").build();
        OpenAi openAi = OpenAi.builder()
                .baseUrl(server.uri().resolve("/v1"))
                .apiKey("any")
                .build();
        server.next(Fault.CUT);
        assertThat(ExampleOutput.by(args -> {
                    // readme
                    try (LlmClient first = LlmClient.builder(claude).build();
                            LlmClient second = LlmClient.builder(openAi)
                                    .model("gpt-6-luna")
                                    .build();
                            LlmClient either = Failover.builder(first, second)
                                    .midAnswer() // without it: before the first words only
                                    .hedgeAfter(Duration.ofSeconds(3)) // without it: one provider at a time
                                    .build();
                            MessageStream stream = either.stream(request)) {
                        stream.text().forEach(System.out::print);
                        System.out.println(stream.snapshot().parts()); // who said what
                    }
                    // end
                }))
                .startsWith("A river begins")
                .contains("the same river.", "provider=claude", "provider=openai-responses");
    }

    @Test
    void anotherProvider() throws Exception {
        Provider provider = Gemini.builder().baseUrl(server.uri()).apiKey("any").build();

        assertThat(ExampleOutput.by(args -> {
                    // readme
                    MessageRequest asked =
                            request.toBuilder().model("gemini-3.5-flash").build();
                    try (LlmClient gemini = LlmClient.builder(provider).build();
                            MessageStream stream = gemini.stream(asked)) {
                        stream.text().forEach(System.out::print);
                    }
                    // end
                }))
                .startsWith("A river begins")
                .endsWith("the same river.");
    }

    @Test
    void once() throws Exception {
        assertThat(ExampleOutput.by(args -> {
                    // readme
                    System.out.println(client.countTokens(request) + " tokens to read");
                    Message answer = client.send(request);
                    System.out.println(answer.text());
                    // end
                }))
                .containsPattern("^\\d+ tokens to read\nA river begins");
    }

    @Test
    void conversation() throws Exception {
        MessageRequest.Builder asking = request.toBuilder();

        assertThat(ExampleOutput.by(args -> {
                    // readme
                    Conversation talk = Conversation.EMPTY.user("Tell me about rivers");
                    talk = talk.message(client.send(asking.conversation(talk).build()));
                    String stored = talk.toJson();

                    talk = Conversation.fromJson(stored).user("And about lakes?");
                    talk = talk.message(client.send(asking.conversation(talk).build()));
                    System.out.println(talk.messages().getLast().text());
                    System.out.println(talk.usage().totalTokens() + " tokens in all");
                    // end
                }))
                .containsPattern("\\d+ tokens in all\n$");
    }

    @Test
    void aRecord() throws Exception {
        MessageRequest.Builder asking = request.toBuilder();

        assertThat(ExampleOutput.by(args -> {
                    // readme
                    record Trip(String from, String to, List<String> stops) {}

                    try (MessageStream stream =
                            client.stream(asking.output(Trip.class).build())) {
                        for (StreamEvent event : stream) {
                            stream.partialAs(Trip.class).ifPresent(this::show); // as far as it has come
                        }
                        Trip trip = stream.finalMessageAs(Trip.class);
                        System.out.println(trip.stops().size() + " stops");
                    }
                    // end
                }))
                .containsPattern("\\d+ stops\n$");
        assertThat(shown).isNotNull();
    }

    private Object shown;

    private void show(Object soFar) {
        shown = soFar;
    }

    @Test
    void tools() throws Exception {
        assertThat(ExampleOutput.by(args -> {
                    // readme
                    record Gauge(String river, int days) {}

                    Tool level = Tool.of("river_level", "How high a river was", Gauge.class, (input, context) -> {
                        context.progress("reading the gauge", 50);
                        return input.river() + ": 2.41 m for " + input.days() + " days";
                    });
                    try (ToolLoop run = client.run(request, level)) {
                        for (RunEvent event : run) {
                            switch (event) {
                                case RunEvent.MessageDelta words -> System.out.print(words.text());
                                case RunEvent.ToolProgress at -> System.out.println(at.message());
                                case RunEvent.ToolComplete done -> System.out.println(done.output());
                                default -> {}
                            }
                        }
                        System.out.println("\n" + run.usage().totalTokens() + " tokens");
                    }
                    // end
                }))
                .containsSubsequence(
                        "Let me look that up.",
                        "reading the gauge\n",
                        "Douro: 2.41 m for 3 days\n",
                        "this is what came back: Douro: 2.41 m for 3 days")
                .containsPattern("\n[1-9]\\d+ tokens\n$");
    }

    @Test
    void anEventSource() throws Exception {
        try (var source = new EventSourceOfTwo()) {
            URI uri = source.uri();
            assertThat(ExampleOutput.by(args -> {
                        // readme
                        try (SseClient events = SseClient.builder(uri).start()) {
                            for (SseEvent event : events) {
                                System.out.println(event.type() + ": " + event.data());
                            }
                        }
                        // end
                    }))
                    .isEqualTo("tick: 1\ntick: 2\n");
        }
    }

    @Test
    void theReadmeShowsWhatIsRunHere() throws IOException {
        List<String> shown = regions(README, "```java\n(?!import)(.*?)```");
        List<String> run = regions(HERE, "// readme\n(.*?)\n *// end");

        assertThat(run).hasSize(16);
        assertThat(shown).containsExactlyInAnyOrderElementsOf(run);
    }

    @Test
    void theReadmeNamesTheVersionThatIsBuilt() throws IOException {
        assertThat(Files.readString(README))
                .contains("<artifactId>sluice</artifactId>")
                .contains("<version>" + System.getProperty("sluice.version", "0.1.0-SNAPSHOT") + "</version>");
    }

    static List<String> regions(Path file, String pattern) throws IOException {
        String all = Files.readString(file).replace("\r\n", "\n");
        return Pattern.compile(pattern, Pattern.DOTALL)
                .matcher(all)
                .results()
                .map(region -> region.group(1).stripIndent().strip())
                .toList();
    }
}
