package dev.sluice.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.Credentials;
import dev.sluice.transport.TransportRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Gemini on Vertex AI: another address, and another way to count. */
class GeminiOnVertexTest {
    private static final String MODEL = "https://us-central1-aiplatform.googleapis.com/v1beta1/projects/a-project"
            + "/locations/us-central1/publishers/google/models/gemini-3.5-flash";
    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("gemini-3.5-flash")
            .maxTokens(10)
            .system("Be brief")
            .user("Tell me about rivers")
            .tool(ToolDefinition.of("level", "How high", "{\"type\":\"object\"}"))
            .toolChoice(ToolChoice.tool("level"))
            .put("labels", "{\"team\":\"rivers\"}")
            .build();

    private static Gemini.Builder vertex() {
        return Gemini.builder()
                .vertex("a-project", "us-central1")
                .safety("HARM_CATEGORY_HARASSMENT", "OFF")
                .credentials(Credentials.bearer(() -> "a-token"));
    }

    private static Map<String, Object> body(TransportRequest request) {
        return Json.readObject(new String(request.body(), StandardCharsets.UTF_8));
    }

    @Test
    void aRequestDiffersInItsAddressOnly() {
        Gemini own = Gemini.builder()
                .apiKey("a-key")
                .safety("HARM_CATEGORY_HARASSMENT", "OFF")
                .build();
        TransportRequest stream = vertex().build().streamRequest(REQUEST);
        assertThat(stream.uri()).hasToString(MODEL + ":streamGenerateContent?alt=sse");
        assertThat(stream.body()).isEqualTo(own.streamRequest(REQUEST).body());
        assertThat(vertex().build().wholeRequest(REQUEST).orElseThrow().uri()).hasToString(MODEL + ":generateContent");
        assertThat(vertex().build()).hasToString("Gemini[https://us-central1-aiplatform.googleapis.com]");
    }

    /** There the body is not wrapped, and a field that does not count is an error. */
    @Test
    void onlyWhatCountsIsCounted() {
        TransportRequest count = vertex().build().countRequest(REQUEST).orElseThrow();
        assertThat(count.uri()).hasToString(MODEL + ":countTokens");
        assertThat(body(count)).containsOnlyKeys("contents", "systemInstruction", "tools", "generationConfig");
    }

    @Test
    void modelsAreNotListed() {
        assertThat(vertex().build().modelsRequest("")).isEmpty();
    }

    @Test
    void addressAndVersionMayBeOthers() {
        var gemini =
                vertex().version("v1").baseUrl("https://gateway.example/vertex").build();
        assertThat(gemini.streamRequest(REQUEST).uri())
                .hasToString("https://gateway.example/vertex/v1/projects/a-project/locations/us-central1"
                        + "/publishers/google/models/gemini-3.5-flash:streamGenerateContent?alt=sse");
    }

    @Test
    void whatCannotBePartOfAnAddressIsRefused() {
        assertThatThrownBy(() -> Gemini.builder().vertex("a/b", "us")).hasMessageStartingWith("project:");
        assertThatThrownBy(() -> Gemini.builder().vertex("p", "evil.example")).hasMessageStartingWith("location:");
    }
}
