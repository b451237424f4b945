package dev.sluice.snippets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.server.Answer;
import dev.sluice.test.server.Fault;
import dev.sluice.test.server.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each snippet of the Javadoc does what it says, and each is shown. */
@Timeout(60)
class SnippetsTest {
    private static final Answer HIGH = Answer.text("It is ", "2.41 m ", "high.").usage(9, 7);

    private final ScriptedServer server = ScriptedServer.answering(asked -> HIGH);
    private final Claude claude =
            Claude.builder().baseUrl(server.uri()).apiKey("any").build();
    private final LlmClient client = LlmClient.builder(claude).build();

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void client() {
        assertThat(printed(Snippets::client)).isEqualTo("It is 2.41 m high.7 tokens\n");
    }

    @Test
    void stream() {
        assertThat(printed(Snippets::stream)).isEqualTo("It is 2.41 m high.7 tokens\n");
    }

    @Test
    void controller() {
        assertThat(printed(Snippets::controller)).matches("(?s).*Stopped: the user pressed stop\n|It is 2.41 m high.");
    }

    @Test
    void aggregator() {
        assertThat(printed(Snippets::aggregator)).endsWith("\r18 charactersIt is 2.41 m high.\n");
    }

    @Test
    void run() {
        server.enqueue(
                Answer.toolCall("river_level", "{\"river\":\"Douro\",", "\"days\":3}"),
                Answer.text("It was ", "2.41 m."));
        assertThat(printed(Snippets::run)).isEqualTo("[2.41 m]\nIt was 2.41 m.4 messages\n");
    }

    @Test
    void events() {
        try (var peer = ScriptedPeer.serving(
                Script.stream("event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\nretry: 1\n\n"),
                Script.empty().head(204, "content-length", "0"))) {
            assertThat(printed(snippets -> snippets.events(peer.uri("/events"))))
                    .isEqualTo("tick: 1\ntick: 2\n");
        }
    }

    @Test
    void budget() {
        assertThat(printed(Snippets::budget)).startsWith("It is 2.41 m high.Left: 0.49");
    }

    @Test
    void continuation() {
        server.next(Fault.CUT);
        assertThat(printed(Snippets::continuation)).endsWith("Asked to go on: 1\n");
    }

    @Test
    void resilience() {
        assertThat(printed(Snippets::resilience)).isEqualTo("It is 2.41 m high.\n");
    }

    @Test
    void conversation() {
        assertThat(printed(Snippets::conversation)).isEqualTo("4 messages\n");
    }

    /** The Javadoc tool refuses a region that is not there; this finds one that nobody shows. */
    @Test
    void eachSnippetIsShownByTheTypeItIsAbout() throws IOException {
        Map<String, String> types = Map.ofEntries(
                entry("client", "client/LlmClient"),
                entry("stream", "client/MessageStream"),
                entry("controller", "StreamController"),
                entry("aggregator", "aggregate/ChunkAggregator"),
                entry("run", "tools/ToolLoop"),
                entry("durable", "tools/RunJournal"),
                entry("events", "sse/SseClient"),
                entry("budget", "budget/Budget"),
                entry("continuation", "continuation/Continuation"),
                entry("resilience", "resilience/Resilience"),
                entry("conversation", "message/Conversation"),
                entry("failover", "client/Failover"));
        String snippets = Files.readString(Path.of("src/test/java/dev/sluice/snippets/Snippets.java"));
        assertThat(Pattern.compile("@start region=\"(\\w+)\"")
                        .matcher(snippets)
                        .results()
                        .map(region -> region.group(1))
                        .collect(Collectors.toSet()))
                .isEqualTo(types.keySet());
        for (var type : types.entrySet()) {
            String source = Files.readString(Path.of("src/main/java/dev/sluice", type.getValue() + ".java"));
            assertThat(source.contains(
                            "{@snippet file=\"dev/sluice/snippets/Snippets.java\" region=\"" + type.getKey() + "\"}"))
                    .as(type.getValue())
                    .isTrue();
        }
    }

    private String printed(Consumer<Snippets> snippet) {
        MessageRequest request = MessageRequest.builder()
                .model("claude-sonnet-5")
                .maxTokens(1024)
                .user("How high is the Douro?")
                .build();
        var bytes = new ByteArrayOutputStream();
        snippet.accept(new Snippets(claude, client, request, new PrintStream(bytes, true, UTF_8)));
        return bytes.toString(UTF_8).replace("\r\n", "\n");
    }
}
