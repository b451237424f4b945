package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.provider.Credentials;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.claude.ClaudePlatform;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import java.net.URI;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the clouds' servers get of requests that are authenticated with a key or a token, and that their answers are read. */
@Timeout(30)
class PlatformStreamsTest {
    private static final Script CLAUDE = Script.stream(answer("Rivers ", "run."));
    private static final Script OPENAI = Script.stream(
            "data: {\"id\":\"c1\",\"model\":\"rivers\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
                    + "\"content\":\"Rivers run.\"},\"finish_reason\":\"stop\"}]}\n\n",
            "data: [DONE]\n\n");
    private static final Script RESPONSES = Script.stream(
            "data: {\"type\":\"response.output_item.added\",\"output_index\":0,\"item\":{\"type\":\"message\","
                    + "\"role\":\"assistant\",\"content\":[]}}\n\n",
            "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,"
                    + "\"delta\":\"Rivers run.\"}\n\n",
            "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r1\",\"status\":\"completed\"}}\n\n");

    private static ReceivedRequest asked(Function<URI, Provider> provider, Script script) {
        try (var fixture = ClientFixture.through(provider, settings -> {}, script);
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            return fixture.peer.requests().getFirst();
        }
    }

    @Test
    void bedrockTakesItsKeyAsABearerToken() {
        ReceivedRequest request = asked(
                uri -> Claude.builder()
                        .platform(ClaudePlatform.bedrock("us-east-1"))
                        .baseUrl(uri + "/anthropic")
                        .authToken("bedrock-api-key-1")
                        .build(),
                CLAUDE);
        assertThat(request.path()).isEqualTo("/anthropic/v1/messages");
        assertThat(request.header("authorization")).isEqualTo("Bearer bedrock-api-key-1");
        assertThat(request.header("x-api-key")).isNull();
        assertThat(request.header("anthropic-version")).isEqualTo("2023-06-01");
    }

    @Test
    void claudePlatformOnAwsWantsItsWorkspaceBesideTheToken() {
        ReceivedRequest request = asked(
                uri -> Claude.builder()
                        .platform(ClaudePlatform.aws("us-east-1", "wrkspc_1"))
                        .baseUrl(uri)
                        .authToken("aws-key-1")
                        .build(),
                CLAUDE);
        assertThat(request.path()).isEqualTo("/v1/messages");
        assertThat(request.header("authorization")).isEqualTo("Bearer aws-key-1");
        assertThat(request.header("anthropic-workspace-id")).isEqualTo("wrkspc_1");
    }

    @Test
    void foundryTakesItsKeyAsAnthropicDoes() {
        ReceivedRequest request = asked(
                uri -> Claude.builder()
                        .platform(ClaudePlatform.foundry("rivers"))
                        .baseUrl(uri + "/anthropic")
                        .apiKey("foundry-key-1")
                        .build(),
                CLAUDE);
        assertThat(request.path()).isEqualTo("/anthropic/v1/messages");
        assertThat(request.header("x-api-key")).isEqualTo("foundry-key-1");
        assertThat(request.header("authorization")).isNull();
    }

    @Test
    void foundryTakesATokenOfEntraToo() {
        ReceivedRequest request = asked(
                uri -> Claude.builder()
                        .platform(ClaudePlatform.foundry("rivers"))
                        .baseUrl(uri + "/anthropic")
                        .credentials(Credentials.bearer(() -> "entra-token-1"))
                        .build(),
                CLAUDE);
        assertThat(request.header("x-api-key")).isNull();
        assertThat(request.header("authorization")).isEqualTo("Bearer entra-token-1");
    }

    @Test
    void azuresOpenAiTakesAKeyInAHeaderOfItsOwn() {
        ReceivedRequest request = asked(
                uri -> OpenAi.builder()
                        .baseUrl(uri + "/openai/v1")
                        .credentials(Credentials.header("api-key", () -> "azure-key-1"))
                        .build(),
                RESPONSES);
        assertThat(request.path()).isEqualTo("/openai/v1/responses");
        assertThat(request.header("api-key")).isEqualTo("azure-key-1");
        assertThat(request.header("authorization")).isNull();
    }

    @Test
    void andItsOlderAddressesWantAVersion() {
        ReceivedRequest request = asked(
                uri -> OpenAi.chatCompletions()
                        .baseUrl(uri + "/openai/deployments/rivers")
                        .queryParameter("api-version", "2024-10-21")
                        .credentials(Credentials.bearer(() -> "entra-token-1"))
                        .build(),
                OPENAI);
        assertThat(request.path()).isEqualTo("/openai/deployments/rivers/chat/completions?api-version=2024-10-21");
        assertThat(request.header("authorization")).isEqualTo("Bearer entra-token-1");
    }
}
