package dev.sluice.relay.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.Failover;
import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.RunSource;
import dev.sluice.relay.StartRequest;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.WireClient;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.tools.ToolLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers that break off: whoever watches, from the start or later, sees one run, with the same events. */
@Timeout(30)
class BrokenAnswersOverHttpTest {
    private static final String QUESTION = "{\"message\":\"Count to three\"}";
    private static final Pattern TEXT = Pattern.compile("\"text\":\"([^\"]*)\"");

    @Test
    void anAnswerThatAnotherProviderContinuesIsOneAnswer() throws Exception {
        try (var first = ScriptedPeer.serving(
                        Script.stream().sse(ClaudeWire.begin("One, ", "two, ")).cut());
                var second = ScriptedPeer.serving(Script.stream(ClaudeWire.answer("One, two, ", "three.")));
                LlmClient one = client(first);
                LlmClient other = client(second);
                LlmClient both = Failover.builder(one, other).midAnswer().build()) {
            List<Map<String, String>> events = watched(asked -> RunSource.of(both.run(request(both, asked))));
            assertThat(types(events)).containsOnlyOnce("message_start", "message_stop", "stream_complete");
            assertThat(types(events)).doesNotContain("turn_reset");
            assertThat(text(events)).isEqualTo("One, two, three.");
        }
    }

    @Test
    void aTurnThatIsAskedAgainIsTakenBackForEachWatcher() throws Exception {
        try (var peer = ScriptedPeer.serving(
                        Script.stream()
                                .sse(ClaudeWire.begin("One, ", "seven, "))
                                .cut(),
                        Script.stream(ClaudeWire.answer("One, two, ", "three.")));
                LlmClient client = client(peer)) {
            List<Map<String, String>> events =
                    watched(asked -> RunSource.of(ToolLoop.builder(client, request(client, asked))
                            .retryTurns(1)
                            .start()));
            assertThat(types(events)).containsOnlyOnce("turn_reset", "message_stop", "stream_complete");
            assertThat(text(events)).isEqualTo("One, two, three.");
        }
    }

    private static LlmClient client(ScriptedPeer peer) {
        return LlmClient.builder(
                        Claude.builder().apiKey("any").baseUrl(peer.uri("")).build())
                .model(ClaudeWire.MODEL)
                .maxTokens(100)
                .maxRetries(0)
                .build();
    }

    private static MessageRequest request(LlmClient client, StartRequest asked) {
        return client.request()
                .model(ClaudeWire.MODEL)
                .maxTokens(100)
                .conversation(asked.conversation())
                .build();
    }

    /** What the one who asked sees, which is what one sees who comes when all is over. */
    private static List<Map<String, String>> watched(RunFactory runs) throws Exception {
        var endpoint = RelayEndpoint.builder(Relay.builder().build(), runs)
                .allowedHosts("here")
                .build();
        try (JettyRelay server = JettyRelay.start(endpoint, 0);
                WireClient asking = WireClient.send(server.port(), "POST", "/api/v1/stream", QUESTION)) {
            List<Map<String, String>> seen = events(asking);
            String path = "/api/v1/stream/" + asking.header("x-stream-id");
            try (WireClient late = WireClient.send(server.port(), "GET", path, "", asking.cookie())) {
                assertThat(events(late)).isEqualTo(seen);
            }
            return seen;
        }
    }

    private static List<Map<String, String>> events(WireClient client) throws Exception {
        assertThat(client.status()).isEqualTo(200);
        var events = new ArrayList<Map<String, String>>();
        for (Map<String, String> event = client.event(); !event.isEmpty(); event = client.event()) {
            events.add(event);
        }
        return events;
    }

    private static List<String> types(List<Map<String, String>> events) {
        return events.stream().map(event -> event.get("event")).toList();
    }

    /** The words on the page: those that were not taken back. */
    private static String text(List<Map<String, String>> events) {
        var text = new StringBuilder();
        for (Map<String, String> event : events) {
            Matcher piece = TEXT.matcher(event.get("data"));
            if (event.get("event").equals("turn_reset")) {
                text.setLength(0);
            } else if (event.get("event").equals("message_delta") && piece.find()) {
                text.append(piece.group(1));
            }
        }
        return text.toString();
    }
}
