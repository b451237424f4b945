package dev.sluice.provider.openai;

import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.MessageRequest;
import dev.sluice.transport.TransportResponse;
import java.io.InputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiChatCompletionsTest {
    private static final String SECRET = "sk-proj-secret-0123456789";

    @Test
    void aRequestGoesToChatCompletionsWithTheHeadersItWants() {
        var request = keyed().build().streamRequest(minimal().build());
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.uri()).isEqualTo(URI.create("https://api.openai.com/v1/chat/completions"));
        assertThat(request.headers())
                .containsOnlyKeys("authorization", "content-type", "accept", "accept-encoding", "user-agent")
                .containsEntry("authorization", "Bearer " + SECRET)
                .containsEntry("content-type", "application/json")
                .containsEntry("accept-encoding", "identity");
        assertThat(request.headers().get("user-agent")).startsWith("sluice/");
        assertThat(keyed().build().wholeRequest(minimal().build()).orElseThrow().uri())
                .isEqualTo(request.uri());
    }

    @Test
    void aServerOfOnesOwnNeedsNoKey() {
        var request = OpenAiChatCompletions.builder()
                .baseUrl("http://localhost:11434/v1")
                .build()
                .streamRequest(minimal().build());
        assertThat(request.uri()).isEqualTo(URI.create("http://localhost:11434/v1/chat/completions"));
        assertThat(request.headers()).doesNotContainKey("authorization");
    }

    @Test
    void openAiNeedsOne() {
        assertThatThrownBy(() -> OpenAiChatCompletions.builder().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("apiKey")
                .hasMessageContaining("api.openai.com");
    }

    @Test
    void organizationAndProjectAreHeaders() {
        assertThat(headers(keyed().organization("org-1").project("proj_2"), minimal()))
                .containsEntry("OpenAI-Organization", "org-1")
                .containsEntry("OpenAI-Project", "proj_2");
        assertThat(headers(keyed().organization("org-1"), minimal().header("openai-organization", "org-9")))
                .containsEntry("openai-organization", "org-9")
                .doesNotContainKey("OpenAI-Organization");
    }

    @Test
    void aCredentialOfTheRequestTakesThePlaceOfOurs() {
        assertThat(headers(keyed(), minimal().header("Authorization", "Bearer x")))
                .containsEntry("Authorization", "Bearer x")
                .doesNotContainKey("authorization");
        assertThat(headers(keyed(), minimal().header("Api-Key", "azure")))
                .containsEntry("Api-Key", "azure")
                .doesNotContainKey("authorization");
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8000/v1, http://localhost:8000/v1/chat/completions",
        "http://localhost:8000/v1/, http://localhost:8000/v1/chat/completions",
        "https://gw.example/openai/v1, https://gw.example/openai/v1/chat/completions",
        "https://gw.example, https://gw.example/chat/completions",
    })
    void theBaseUrlIsWhatStandsBeforeChatCompletions(String base, String expected) {
        assertThat(keyed().baseUrl(base)
                        .build()
                        .streamRequest(minimal().build())
                        .uri())
                .isEqualTo(URI.create(expected));
        assertThat(keyed().baseUrl(URI.create(base))
                        .build()
                        .modelsRequest("")
                        .orElseThrow()
                        .uri())
                .isEqualTo(URI.create(expected.replace("chat/completions", "models")));
    }

    @Test
    void modelsAreAskedForWithTheKeyAndWithoutABody() {
        var request = keyed().build().modelsRequest("").orElseThrow();
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.body()).isEmpty();
        assertThat(request.headers())
                .containsEntry("authorization", "Bearer " + SECRET)
                .doesNotContainKey("content-type");
    }

    @Test
    void itDoesNotCountTokens() {
        assertThat(keyed().build().countRequest(minimal().build())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1, max_completion_tokens",
        "https://eu.api.openai.com/v1, max_completion_tokens",
        "https://me.OpenAI.azure.com/openai/v1, max_completion_tokens",
        "https://me.services.ai.azure.com/openai/v1, max_completion_tokens",
        "https://me.cognitiveservices.azure.com/openai/v1, max_completion_tokens",
        "http://localhost:11434/v1, max_tokens",
        "https://notopenai.com/v1, max_tokens",
        "https://api.openai.com.example.org/v1, max_tokens",
        "https://api.deepseek.com, max_tokens",
    })
    void theTokenLimitIsSentInTheFieldThatTheServerKnows(String url, String field) {
        assertThat(OpenAiWire.body(keyed().baseUrl(url).build(), minimal().build()))
                .containsEntry(field, 100)
                .doesNotContainKey(field.equals("max_tokens") ? "max_completion_tokens" : "max_tokens");
        assertThat(OpenAiWire.body(
                        keyed().baseUrl(url).tokenLimitField("most").build(),
                        minimal().build()))
                .containsEntry("most", 100);
    }

    @Test
    void settingsAreWords() {
        assertThatThrownBy(() -> keyed().organization("a\r\nb")).hasMessageStartingWith("organization: 'a b'");
        assertThatThrownBy(() -> keyed().project("")).hasMessageStartingWith("project: ");
        assertThatThrownBy(() -> keyed().systemRole("a b")).hasMessageStartingWith("systemRole: ");
        assertThatThrownBy(() -> keyed().tokenLimitField("")).hasMessageStartingWith("tokenLimitField: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", SECRET + "\n", SECRET + " " + SECRET, SECRET + "\u00e9"})
    void aKeyThatCannotBeRightIsRejectedAndNotRepeated(String key) {
        assertThatThrownBy(() -> OpenAiChatCompletions.builder().apiKey(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("apiKey: ")
                .message()
                .doesNotContain(SECRET);
    }

    @Test
    void theEnvironmentGivesKeyAddressOrganizationAndProject() {
        var request = environment(
                        "OPENAI_API_KEY",
                        SECRET + "\n",
                        "OPENAI_BASE_URL",
                        "http://gw/v1/",
                        "OPENAI_ORG_ID",
                        "org-1",
                        "OPENAI_PROJECT_ID",
                        "proj_2")
                .streamRequest(minimal().build());
        assertThat(request.uri()).isEqualTo(URI.create("http://gw/v1/chat/completions"));
        assertThat(request.headers())
                .containsEntry("authorization", "Bearer " + SECRET)
                .containsEntry("OpenAI-Organization", "org-1")
                .containsEntry("OpenAI-Project", "proj_2");
        assertThat(environment("OPENAI_API_KEY", SECRET))
                .hasToString("OpenAiChatCompletions[https://api.openai.com/v1]");
    }

    @Test
    void withAnAddressInTheEnvironmentTheKeyMayBeMissing() {
        var request = environment("OPENAI_BASE_URL", "http://localhost:8000/v1")
                .streamRequest(minimal().build());
        assertThat(request.headers()).doesNotContainKey("authorization");
    }

    @Test
    void anEnvironmentThatCannotBeRightIsNamed() {
        assertThatThrownBy(() -> environment())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("OPENAI_API_KEY")
                .hasMessageContaining("OPENAI_BASE_URL");
        assertThatThrownBy(() -> environment("OPENAI_BASE_URL", "https://api.openai.com/v1"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("OPENAI_API_KEY");
        assertThatThrownBy(() -> environment("OPENAI_BASE_URL", "localhost:8000"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("OPENAI_BASE_URL");
        assertThatThrownBy(() -> environment("OPENAI_API_KEY", SECRET + " " + SECRET))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("OPENAI_API_KEY")
                .message()
                .doesNotContain(SECRET);
    }

    private static OpenAiChatCompletions environment(String... variables) {
        return OpenAiChatCompletions.fromEnvironment(name -> {
            int i = Arrays.asList(variables).indexOf(name);
            return i < 0 ? null : variables[i + 1];
        });
    }

    @Test
    void theKeyIsNowhereToBeSeen() {
        var openAi = keyed().build();
        var request = openAi.streamRequest(minimal().build());
        assertThat(openAi).hasToString("OpenAiChatCompletions[https://api.openai.com/v1]");
        assertThat(request.toString() + request.uri()).doesNotContain(SECRET);
        var error = openAi.error(
                new TransportResponse(502, Map.of(), InputStream.nullInputStream()),
                "<pre>authorization: Bearer " + SECRET + "</pre>");
        assertThat(error.getMessage() + error.rawBody() + error)
                .doesNotContain(SECRET)
                .contains("***");
    }

    @Test
    void aWordThatStandsInForAKeyIsNoSecret() {
        var error = OpenAiChatCompletions.builder()
                .baseUrl("http://localhost:11434/v1")
                .apiKey("ollama")
                .build()
                .error(new TransportResponse(404, Map.of(), InputStream.nullInputStream()), "try ollama pull");
        assertThat(error).hasMessageContaining("try ollama pull");
    }

    @Test
    void itIsNamedAndKnowsTheIdOfARequest() {
        var openAi = keyed().build();
        assertThat(openAi.name()).isEqualTo("openai");
        assertThat(openAi.requestId(head("X-Request-Id", "req_1"))).contains("req_1");
        assertThat(openAi.requestId(head("x-generation-id", "gen-2"))).contains("gen-2");
        assertThat(openAi.requestId(head("request-id", "r"))).isEmpty();
    }

    private static TransportResponse head(String name, String value) {
        return new TransportResponse(200, Map.of(name, List.of(value)), InputStream.nullInputStream());
    }

    private static OpenAiChatCompletions.Builder keyed() {
        return OpenAiChatCompletions.builder().apiKey(SECRET);
    }

    private static Map<String, String> headers(OpenAiChatCompletions.Builder openAi, MessageRequest.Builder request) {
        return openAi.build().streamRequest(request.build()).headers();
    }
}
