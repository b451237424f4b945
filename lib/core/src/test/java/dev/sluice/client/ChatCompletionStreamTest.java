package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason.Completed;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Budget.TokenCount;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Usage;
import dev.sluice.provider.openai.OpenAiChatCompletions;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chat completions over real sockets: how their streams end, with an end marker and without. */
@Timeout(30)
class ChatCompletionStreamTest {
    private static final String BEGUN =
            "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"}}]}\n\n";
    private static final String FINISHED = "data:"
            + " {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

    @Test
    void aRecordedAnswerArrivesWhole() {
        try (var peer = ScriptedPeer.serving(Script.transcript("openai/openai-parallel-tools.sse", 100));
                var client = client(peer);
                var stream = client.stream(ClientFixture.REQUEST)) {
            var message = stream.finalMessage();
            assertThat(message.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(message.toolUses())
                    .extracting(ToolUse::name)
                    .containsExactly("get_tide", "get_wind", "list_warnings");
            assertThat(message.usage().outputTokens()).isEqualTo(61);
            assertThat(stream.endReason()).contains(new Completed());
        }
    }

    @Test
    void anAnswerWithAReasonNeedsNoEndMarker() {
        try (var peer = ScriptedPeer.serving(Script.stream(BEGUN, FINISHED));
                var client = client(peer);
                var stream = client.stream(ClientFixture.REQUEST)) {
            assertThat(stream.finalText()).isEqualTo("one");
        }
    }

    @Test
    void theEndMarkerEndsItThoughTheConnectionStaysOpen() {
        try (var peer = ScriptedPeer.serving(
                        Script.stream().sse(BEGUN, FINISHED, "data: [DONE]\n\n").stall());
                var client = client(peer);
                var stream = client.stream(ClientFixture.REQUEST)) {
            assertThat(stream.finalText()).isEqualTo("one");
        }
    }

    @Test
    void withNeitherItIsTruncated() {
        assertFails(Truncated.class, Script.stream(BEGUN), true);
    }

    /** Servers tell the tokens at the end; of the answer that is true even if they have told them before. */
    @ParameterizedTest
    @CsvSource({"'', 0", "'\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1},', 9"})
    void ofAnAnswerThatBreaksOffNoTokensAreKnownButThePromptsAndABudgetEstimatesIt(String usage, int prompt) {
        var budget = Budget.outputTokens(1000);
        try (var peer = ScriptedPeer.serving(Script.stream(BEGUN.replace("{\"id\"", "{" + usage + "\"id\"")));
                var client = client(peer);
                var stream = client.stream(ClientFixture.REQUEST, budget)) {
            var failure = (StreamException) ClientFixture.collect(stream).failure();
            assertThat(failure).isInstanceOf(Truncated.class);
            assertThat(failure.partial().usage()).isEqualTo(Usage.of(prompt, 0));
            assertThat(budget.outputTokens()).isEqualTo(new TokenCount(1, true));
            assertThat(budget.inputTokens()).isEqualTo(prompt);
        }
    }

    @Test
    void anErrorWithoutFramingFails() {
        assertFails(
                ApiError.class,
                Script.stream(BEGUN, "{\"error\":{\"message\":\"Gone\",\"type\":\"server_error\"}}"),
                true);
    }

    @Test
    void anErrorChunkFails() {
        assertFails(
                ApiError.class,
                Script.stream(BEGUN, "data: {\"error\":{\"message\":\"No\",\"type\":\"invalid_request_error\"}}\n\n"),
                false);
    }

    private static void assertFails(Class<?> type, Script script, boolean retryable) {
        try (var peer = ScriptedPeer.serving(script);
                var client = client(peer);
                var stream = client.stream(ClientFixture.REQUEST)) {
            var failure = (StreamException) ClientFixture.collect(stream).failure();
            assertThat(failure).isInstanceOf(type);
            assertThat(failure.partial().text()).isEqualTo("one");
            assertThat(failure.retryable()).isEqualTo(retryable);
        }
    }

    private static LlmClient client(ScriptedPeer peer) {
        var openAi = OpenAiChatCompletions.builder()
                .baseUrl(peer.uri("/v1").toString())
                .build();
        return LlmClient.builder(openAi).resilience(Resilience.none()).build();
    }
}
