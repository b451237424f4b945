package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.StreamException;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.test.InMemoryTransport;
import dev.sluice.test.Recording;
import dev.sluice.test.RecordingTransport;
import dev.sluice.test.ScriptedServerExtension;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.server.Answer;
import dev.sluice.test.server.Fault;
import dev.sluice.test.server.ParsedRequest;
import dev.sluice.test.server.ScriptedServer;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.JdkHttpTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of docs/testing.md: they stand here, between their markers, and a test holds that they stand there too. */
@Timeout(30)
@ExtendWith(ScriptedServerExtension.class)
class TestingPageTest {
    private static final Path PAGE = Path.of(System.getProperty("docs", "../docs"), "testing.md");
    private static final Path HERE = Path.of("src/test/java/dev/sluice/examples/TestingPageTest.java");

    private final MessageRequest request = MessageRequest.builder()
            .model("claude-sonnet-5")
            .maxTokens(1024)
            .user("How is the weather in Porto?")
            .build();
    private final Tool weather = Tool.of("weather", "The weather", "{\"type\":\"object\"}", (in, context) -> "sunny");

    @TempDir
    private Path folder;

    // page
    @Test
    void theToolsResultGoesBackToTheModel(ScriptedServer server) {
        server.enqueue(
                Answer.text("Let me see.").thenToolCall("weather", "{\"city\":", "\"Porto\"}"),
                Answer.text("It is ", "sunny."));

        try (LlmClient client = client(server);
                ToolLoop run = client.run(request, weather)) {
            assertEquals("It is sunny.", run.finalMessage().text());
        }

        ParsedRequest second = ParsedRequest.of(server.awaitRequest(2));
        assertEquals(List.of("sunny"), second.toolResults());
    }

    private static LlmClient client(ScriptedServer server) {
        Claude claude = Claude.builder().baseUrl(server.uri()).apiKey("any").build();
        return LlmClient.builder(claude).build();
    }
    // end

    @Test
    void faults(ScriptedServer server) {
        try (LlmClient client = client(server)) {
            // page
            server.enqueue(
                    Answer.rateLimited(Duration.ZERO), // retried
                    Answer.text("It ", "is ", "sunny.").failing(Fault.CUT));
            try (MessageStream stream = client.stream(request)) {
                var failed = assertThrows(StreamException.ConnectionFailed.class, stream::finalText);
                assertEquals("It ", failed.partial().text());
            }
            assertEquals(2, server.requests().size());
            // end
        }
    }

    @Test
    void inMemory() {
        // page
        HttpTransport transport = InMemoryTransport.answering(Answer.text("It is ", "sunny."));
        Claude claude = Claude.builder().apiKey("any").build();
        try (LlmClient client = LlmClient.builder(claude).transport(transport).build()) {
            assertEquals("It is sunny.", client.send(request).text());
        }
        // end
    }

    @Test
    void recordAndReplay(ScriptedServer server) throws IOException {
        server.enqueue(Answer.text("It is ", "sunny."));
        Path file = folder.resolve("weather.jsonl");
        Claude claude = Claude.builder().baseUrl(server.uri()).apiKey("any").build();
        // page
        try (HttpTransport live =
                        RecordingTransport.to(file, JdkHttpTransport.builder().build());
                LlmClient client = LlmClient.builder(claude).transport(live).build()) {
            client.stream(request).finalMessage();
        }

        Recording recording = Recording.read(file); // .atSpeed(10) or .atOnce(), if it shall be faster
        try (HttpTransport replayed = recording.transport();
                LlmClient client = LlmClient.builder(claude).transport(replayed).build()) {
            assertEquals("It is sunny.", client.stream(request).finalMessage().text());
        }
        // end
    }

    @Test
    void bytes() {
        // page
        Script script = Script.stream()
                .sse(ClaudeWire.begin("It is "))
                .pause(Duration.ofMillis(5))
                .cutInsideChunk("event: content_block_delta\nda");
        try (ScriptedPeer peer = ScriptedPeer.serving(script)) {
            Claude claude =
                    Claude.builder().baseUrl(peer.uri("/")).apiKey("any").build();
            try (LlmClient client = LlmClient.builder(claude).build();
                    MessageStream stream = client.stream(request)) {
                assertThrows(StreamException.ConnectionFailed.class, stream::finalText);
            }
            peer.awaitGone(Duration.ofSeconds(5)); // no connection is left behind
        }
        // end
    }

    @Test
    void thePageShowsWhatIsRunHere() throws IOException {
        assertThat(ReadmeTest.regions(PAGE, "```java\n(.*?)```"))
                .hasSize(5)
                .isEqualTo(ReadmeTest.regions(HERE, "// page\n(.*?)\n *// end"));
    }

    @Test
    void thePageHasEveryFault() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(Arrays.stream(Fault.values()).map(fault -> "| `" + fault + "` |"))
                .allSatisfy(row -> assertThat(page).contains(row));
    }
}
