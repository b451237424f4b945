package dev.sluice.provider.claude;

import static dev.sluice.provider.wire.Requests.CLAUDE;
import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.transport.TransportRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Claude is sent when it shall not stream. */
class ClaudeEndpointsTest {
    private static MessageRequest.Builder everything() {
        return minimal()
                .maxTokens(4096)
                .system("Answer in metric units.")
                .stopSequences("END")
                .temperature(1)
                .topP(0.99)
                .topK(5)
                .tool(ToolDefinition.of("t", "d", "{}"))
                .toolChoice(ToolChoice.ANY)
                .thinking(new ThinkingMode.Budget(2048, true))
                .effort("low")
                .cacheFor(Duration.ofMinutes(5))
                .userId("u")
                .serviceTier("auto")
                .put("inference_geo", "eu");
    }

    private static Map<String, Object> body(TransportRequest request) {
        return Json.readObject(new String(request.body(), StandardCharsets.UTF_8));
    }

    private static TransportRequest whole(MessageRequest.Builder request) {
        return CLAUDE.wholeRequest(request.build()).orElseThrow();
    }

    private static TransportRequest count(MessageRequest.Builder request) {
        return CLAUDE.countRequest(request.build()).orElseThrow();
    }

    @Test
    void aWholeAnswerIsAskedForAsAStreamIsButForOneField() {
        TransportRequest stream = CLAUDE.streamRequest(everything().build());
        TransportRequest whole = whole(everything());
        var expected = new HashMap<>(body(stream));
        assertThat(expected.remove("stream")).isEqualTo(true);
        assertThat(body(whole)).isEqualTo(expected);
        assertThat(whole.uri()).isEqualTo(stream.uri());
        assertThat(whole.headers()).isEqualTo(stream.headers());
    }

    @Test
    void whetherItStreamsIsNotForARawFieldToSay() {
        assertThat(body(whole(minimal().put("stream", false)))).containsEntry("stream", false);
        assertThatThrownBy(() -> whole(minimal().put("stream", true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stream: is always false here");
    }

    @Test
    void anAnswerThatMayTakeMoreThanTenMinutesMustBeStreamed() {
        assertThatCode(() -> whole(minimal().maxTokens(21_333))).doesNotThrowAnyException();
        assertThatThrownBy(() -> whole(minimal().maxTokens(21_334)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("maxTokens: 21334", "21333", "stream it instead");
        assertThatCode(() -> whole(minimal().put("max_tokens", 64_000)))
                .as("the caller's own affair")
                .doesNotThrowAnyException();
        assertThatCode(() -> CLAUDE.streamRequest(minimal().maxTokens(64_000).build()))
                .doesNotThrowAnyException();
        assertThatCode(() -> count(minimal().maxTokens(64_000))).doesNotThrowAnyException();
    }

    @Test
    void whatIsRejectedInAStreamIsRejectedInAWholeAnswer() {
        assertThatThrownBy(() -> whole(minimal().cacheFor(Duration.ofMinutes(6))))
                .hasMessageContaining("cacheFor");
        assertThatThrownBy(() -> whole(MessageRequest.builder().model("m").user("Hi")))
                .hasMessageContaining("maxTokens");
    }

    @Test
    void onlyWhatCountsIsCounted() {
        TransportRequest count = count(everything());
        assertThat(count.uri()).hasToString("https://api.anthropic.com/v1/messages/count_tokens");
        var expected = new HashMap<>(body(whole(everything())));
        List.of(
                        "max_tokens",
                        "stop_sequences",
                        "temperature",
                        "top_p",
                        "top_k",
                        "metadata",
                        "service_tier",
                        "inference_geo")
                .forEach(field -> assertThat(expected.remove(field)).as(field).isNotNull());
        assertThat(body(count))
                .isEqualTo(expected)
                .containsOnlyKeys(
                        "model",
                        "messages",
                        "system",
                        "tools",
                        "tool_choice",
                        "thinking",
                        "output_config",
                        "cache_control");
        assertThat(count.headers()).isEqualTo(whole(everything()).headers());
    }

    @Test
    void rawFieldsThatCountAreKept() {
        var raw = minimal()
                .put("output_config", Map.of("effort", "max"))
                .put("stream", true)
                .put("context_management", Map.of("edits", List.of()))
                .put("mcp_servers", List.of());
        assertThat(body(count(raw)))
                .containsOnlyKeys("model", "messages", "output_config", "context_management", "mcp_servers")
                .containsEntry("output_config", Map.of("effort", "max"));
    }

    @Test
    void countingNeedsNoLimitOnTheAnswer() {
        assertThatCode(() -> count(MessageRequest.builder().model("m").user("Hi")))
                .doesNotThrowAnyException();
    }

    @Test
    void modelsAreAskedForPageByPage() {
        TransportRequest first = CLAUDE.modelsRequest("").orElseThrow();
        assertThat(first.method()).isEqualTo("GET");
        assertThat(first.uri()).hasToString("https://api.anthropic.com/v1/models?limit=1000");
        assertThat(first.body()).isEmpty();
        assertThat(first.headers())
                .containsEntry("x-api-key", "sk-test-1234567890")
                .containsEntry("anthropic-version", "2023-06-01")
                .containsEntry("accept-encoding", "identity")
                .doesNotContainKey("content-type");
        assertThat(CLAUDE.modelsRequest("claude&x=/1 \u00fc").orElseThrow().uri())
                .hasToString("https://api.anthropic.com/v1/models?limit=1000&after_id=claude%26x%3D%2F1+%C3%BC");
    }

    @Test
    void aBaseUrlAndBetasHoldForAllOfThem() {
        Claude claude = Claude.builder()
                .authToken("token-1")
                .baseUrl("https://gate.example/claude/")
                .beta("b1")
                .build();
        for (TransportRequest request : List.of(
                claude.wholeRequest(minimal().build()).orElseThrow(),
                claude.countRequest(minimal().build()).orElseThrow(),
                claude.modelsRequest("").orElseThrow())) {
            assertThat(request.uri().toString()).startsWith("https://gate.example/claude/v1/m");
            assertThat(request.headers())
                    .containsEntry("authorization", "Bearer token-1")
                    .containsEntry("anthropic-beta", "b1");
            assertThat(request.toString()).doesNotContain("token-1");
        }
    }
}
