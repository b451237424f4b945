package dev.sluice.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolDefinition;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where requests for responses go, and as whom. What its settings share with chat completions is tested there. */
class OpenAiTest {
    private static final String SECRET = "sk-proj-0123456789";

    private static MessageRequest.Builder minimal() {
        return MessageRequest.builder().model("m").user("Hi");
    }

    @Test
    void requestsGoToTheResponsesApi() {
        OpenAi openAi = OpenAi.builder()
                .apiKey(SECRET)
                .baseUrl("https://gw.example/openai/v1/")
                .organization("org-1")
                .project("proj_2")
                .build();
        var request = openAi.streamRequest(minimal().build());
        assertThat(request.uri()).isEqualTo(URI.create("https://gw.example/openai/v1/responses"));
        assertThat(request.headers())
                .containsEntry("authorization", "Bearer " + SECRET)
                .containsEntry("OpenAI-Organization", "org-1")
                .containsEntry("OpenAI-Project", "proj_2")
                .containsEntry("content-type", "application/json");
        assertThat(openAi.countRequest(minimal().build()).orElseThrow().uri().getPath())
                .isEqualTo("/openai/v1/responses/input_tokens");
        assertThat(openAi.modelsRequest("").orElseThrow().uri().getPath()).isEqualTo("/openai/v1/models");
        assertThat(openAi.name()).isEqualTo("openai-responses");
        assertThat(openAi).hasToString("OpenAi[https://gw.example/openai/v1]");
        assertThat(request.toString() + request.uri()).doesNotContain(SECRET);
    }

    @Test
    void theEnvironmentGivesTheKeyOrTheMessageSaysHowToSetIt() {
        OpenAi openAi = OpenAi.fromEnvironment(Map.of("OPENAI_API_KEY", SECRET)::get);
        assertThat(openAi.streamRequest(minimal().build()).headers())
                .containsEntry("authorization", "Bearer " + SECRET);
        assertThatThrownBy(() -> OpenAi.fromEnvironment(name -> null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("OPENAI_API_KEY")
                .hasMessageContaining("OpenAi.builder().apiKey(...)");
        assertThatThrownBy(() -> OpenAi.builder().build()).hasMessageContaining("api.openai.com");
        assertThatCode(() ->
                        OpenAi.builder().baseUrl("http://localhost:11434/v1").build())
                .doesNotThrowAnyException();
    }

    /** The matrix of models and efforts that OpenAI's chat completions take tools with. */
    @ParameterizedTest
    @CsvSource({
        "gpt-5.1, high, true",
        "gpt-5.4, '', true",
        "gpt-5.4-2026-03-05, none, true",
        "gpt-5.4, low, false",
        "gpt-5.5, '', false",
        "gpt-5.5, none, true",
        "gpt-5.6-luna, low, false",
        "gpt-6-luna, '', false",
        "gpt-6-luna, off, true",
        "gpt-6.1-terra, none, true",
        "gpt-6-astra, none, false",
        "gpt-6.1-sol-2026-10-01, none, false",
        "gpt-5.5-chat-latest, '', true",
        "o3, high, true",
        "qwen3, high, true",
    })
    void chatCompletionsRefuseToolsThatTheModelTakesOnlyHere(String model, String effort, boolean taken) {
        var request = minimal().model(model).tool(ToolDefinition.of("level", "", "{}"));
        switch (effort) {
            case "" -> {}
            case "off" -> request.thinking(new ThinkingMode.Off());
            default -> request.effort(effort);
        }
        var chat = OpenAi.chatCompletions().apiKey(SECRET).build();
        if (taken) {
            assertThatCode(() -> chat.streamRequest(request.build())).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> chat.streamRequest(request.build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("tools: ")
                    .hasMessageContaining(model)
                    .hasMessageContaining("OpenAi.builder()");
        }
        var own = OpenAi.chatCompletions().baseUrl("http://gateway/v1").build();
        assertThatCode(() -> own.streamRequest(request.build())).doesNotThrowAnyException();
        assertThatCode(() -> OpenAi.builder().apiKey(SECRET).build().streamRequest(request.build()))
                .doesNotThrowAnyException();
    }
}
