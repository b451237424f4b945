package dev.sluice.relay.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.tools.Tool;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The snippet of the Javadoc serves, and is shown. */
class SnippetsTest {
    @Test
    void relay() throws Exception {
        MessageRequest request = MessageRequest.builder()
                .model("claude-sonnet-5")
                .maxTokens(1024)
                .user("How high is the Douro?")
                .build();
        Tool tool = Tool.of("river_level", "How high a river was", "{\"type\":\"object\"}", (in, context) -> "2.41 m");
        try (var client = LlmClient.builder(Claude.builder().apiKey("any").build())
                        .build();
                var server = Snippets.relay(client, request, tool, 0);
                var http = HttpClient.newHttpClient()) {
            var asked = HttpRequest.newBuilder(server.uri().resolve("/healthz")).build();
            assertThat(http.send(asked, HttpResponse.BodyHandlers.ofString()).body())
                    .isEqualTo("{\"status\":\"ok\"}");
        }
        assertThat(Path.of("src/main/java/dev/sluice/relay/Relay.java"))
                .content()
                .contains("{@snippet file=\"dev/sluice/relay/snippets/Snippets.java\" region=\"relay\"}");
    }
}
