package dev.sluice.provider.claude;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Credentials;
import dev.sluice.transport.TransportRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaudePlatformTest {
    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("claude-opus-5-5@20260801")
            .maxTokens(10)
            .user("Tell me about rivers")
            .build();

    private static Claude.Builder on(ClaudePlatform platform) {
        return Claude.builder().platform(platform).credentials(Credentials.bearer(() -> "a-token"));
    }

    private static Map<String, Object> body(TransportRequest request) {
        return Json.readObject(new String(request.body(), StandardCharsets.UTF_8));
    }

    private static Map<String, String> headers(TransportRequest request) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(request.headers());
        return headers;
    }

    @Test
    void thoseThatSpeakClaudesOwnWireDifferInTheAddressOnly() {
        Map<ClaudePlatform, String> addresses = Map.of(
                ClaudePlatform.bedrock("us-east-1"),
                "https://bedrock-mantle.us-east-1.api.aws/anthropic",
                ClaudePlatform.aws("eu-west-1", "wrkspc_1"),
                "https://aws-external-anthropic.eu-west-1.api.aws",
                ClaudePlatform.foundry("rivers"),
                "https://rivers.services.ai.azure.com/anthropic",
                ClaudePlatform.googleCloud("a-project", "wrkspc_1"),
                "https://claude.googleapis.com/v1alpha/projects/a-project/locations/global/workspaces/wrkspc_1/invoke");
        Claude own = Claude.builder()
                .credentials(Credentials.bearer(() -> "a-token"))
                .build();
        addresses.forEach((platform, address) -> {
            Claude claude = on(platform).build();
            TransportRequest stream = claude.streamRequest(REQUEST);
            assertThat(stream.uri()).hasToString(address + "/v1/messages");
            assertThat(claude.wholeRequest(REQUEST).orElseThrow().uri()).hasToString(address + "/v1/messages");
            assertThat(claude.countRequest(REQUEST).orElseThrow().uri())
                    .hasToString(address + "/v1/messages/count_tokens");
            assertThat(claude.modelsRequest("").orElseThrow().uri().toString()).startsWith(address + "/v1/models?");
            assertThat(stream.body()).isEqualTo(own.streamRequest(REQUEST).body());
            assertThat(headers(stream))
                    .containsAllEntriesOf(own.streamRequest(REQUEST).headers());
            assertThat(claude).hasToString("Claude[" + address + "]");
            assertThat(platform).hasToString(address);
        });
    }

    @Test
    void claudePlatformOnAwsWantsItsWorkspace() {
        TransportRequest request =
                on(ClaudePlatform.aws("us-east-1", "wrkspc_1")).build().streamRequest(REQUEST);
        assertThat(headers(request)).containsEntry("anthropic-workspace-id", "wrkspc_1");
    }

    @Test
    void onVertexTheModelIsInTheAddressAndTheVersionInTheBody() {
        Claude claude = on(ClaudePlatform.vertex("a-project", "europe-west1")).build();
        String models = "https://europe-west1-aiplatform.googleapis.com/v1/projects/a-project/locations/europe-west1"
                + "/publishers/anthropic/models/";

        TransportRequest stream = claude.streamRequest(REQUEST);
        assertThat(stream.uri()).hasToString(models + "claude-opus-5-5@20260801:streamRawPredict");
        assertThat(body(stream))
                .containsEntry("anthropic_version", "vertex-2023-10-16")
                .containsEntry("stream", true)
                .doesNotContainKey("model");
        assertThat(headers(stream)).doesNotContainKey("anthropic-version");

        TransportRequest whole = claude.wholeRequest(REQUEST).orElseThrow();
        assertThat(whole.uri()).hasToString(models + "claude-opus-5-5@20260801:rawPredict");
        assertThat(body(whole))
                .containsEntry("anthropic_version", "vertex-2023-10-16")
                .doesNotContainKeys("model", "stream");

        TransportRequest count = claude.countRequest(REQUEST).orElseThrow();
        assertThat(count.uri()).hasToString(models + "count-tokens:rawPredict");
        assertThat(body(count))
                .containsEntry("model", "claude-opus-5-5@20260801")
                .containsEntry("anthropic_version", "vertex-2023-10-16");

        assertThat(claude.modelsRequest("")).isEmpty();
    }

    @Test
    void theCallersVersionAndBetasGoToVertexToo() {
        Claude claude = on(ClaudePlatform.vertex("a-project", "global"))
                .version("2026-10-21")
                .beta("one")
                .header("anthropic-beta", "two")
                .build();
        TransportRequest request = claude.streamRequest(REQUEST);
        assertThat(body(request)).containsEntry("anthropic_version", "2026-10-21");
        assertThat(headers(request)).containsEntry("anthropic-beta", "one,two");
    }

    @Test
    void vertexHasHostsForPlacesThatAreNoRegions() {
        assertThat(ClaudePlatform.vertex("p", "global")).hasToString("https://aiplatform.googleapis.com");
        assertThat(ClaudePlatform.vertex("p", "us")).hasToString("https://aiplatform.us.rep.googleapis.com");
        assertThat(ClaudePlatform.vertex("p", "eu")).hasToString("https://aiplatform.eu.rep.googleapis.com");
    }

    @Test
    void anotherAddressLeavesTheRestOfThePlatformAsItIs() {
        var platform = ClaudePlatform.vertex("p", "us-east5");
        String address = "https://gateway.example/google/v1/projects/p/locations/us-east5/publishers/anthropic/models/"
                + "claude-opus-5-5@20260801:streamRawPredict";
        assertThat(on(platform)
                        .baseUrl("https://gateway.example/google")
                        .build()
                        .streamRequest(REQUEST)
                        .uri())
                .hasToString(address);
        assertThat(Claude.builder()
                        .baseUrl("https://gateway.example/google")
                        .platform(platform)
                        .authToken("a-token")
                        .build()
                        .streamRequest(REQUEST)
                        .uri())
                .hasToString(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "evil.example/", "a b", "..", "-a", "é"})
    void whatCannotBePartOfAnAddressIsRefused(String word) {
        assertRefused("region", () -> ClaudePlatform.bedrock(word));
        assertRefused("region", () -> ClaudePlatform.aws(word, "w"));
        assertRefused("resource", () -> ClaudePlatform.foundry(word));
        assertRefused("location", () -> ClaudePlatform.vertex("p", word));
        if (!word.equals("-a")) {
            assertRefused("project", () -> ClaudePlatform.vertex(word, "us"));
            assertRefused("project", () -> ClaudePlatform.googleCloud(word, "w"));
            assertRefused("workspace", () -> ClaudePlatform.googleCloud("p", word));
            if (!word.isEmpty()) {
                Claude claude = on(ClaudePlatform.vertex("p", "us")).build();
                var request = REQUEST.toBuilder().model(word).build();
                assertRefused("model", () -> claude.streamRequest(request));
            }
        }
    }

    private static void assertRefused(String field, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(field + ":");
    }

    @Test
    void aWorkspaceMustFitAHeader() {
        assertRefused("workspaceId", () -> ClaudePlatform.aws("us-east-1", "a\nb"));
    }
}
