package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.Truncated;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams without an end marker: how the response ends says what they are. */
@Timeout(30)
class GeminiStreamsTest {
    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("gemini-3.5-flash")
            .user("What is a bloom filter?")
            .build();

    @Test
    void anAnswerIsCompleteWhenTheResponseEnds() {
        try (var peer = ScriptedPeer.serving(Script.transcript("gemini-text.sse", 100));
                var client = client(peer);
                var stream = client.stream(REQUEST)) {
            var signatures = new ArrayList<String>();
            stream.on(Signal.SIGNATURE, signatures::add);
            Message message = stream.finalMessage();
            assertThat(message.text()).startsWith("A bloom filter can say").endsWith("false positives.");
            assertThat(message.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(message.provider()).isEqualTo("gemini");
            assertThat(signatures).hasSize(1);
            assertThat(message.usage().outputTokens()).isEqualTo(120);
            var request = peer.awaitRequest(1);
            assertThat(request.header("x-goog-api-key")).isEqualTo("test-key");
            assertThat(request.toString())
                    .contains("/v1beta/models/gemini-3.5-flash:streamGenerateContent?alt=sse")
                    .doesNotContain("?key=");
        }
    }

    @Test
    void aToolIsCalledAndItsResultIsAsked() {
        try (var peer = ScriptedPeer.serving(
                        Script.transcript("gemini-parallel-function-calls.sse", 1000),
                        Script.transcript("gemini-text.sse", 1000));
                var client = client(peer)) {
            Message calls;
            try (var stream = client.stream(REQUEST)) {
                calls = stream.finalMessage();
            }
            assertThat(calls.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
            var results = calls.toolUses().stream()
                    .map(call -> new ToolResult(call.id(), "ok"))
                    .toArray(ToolResult[]::new);
            try (var stream = client.stream(
                    REQUEST.toBuilder().message(calls).user(results).build())) {
                assertThat(stream.finalText()).isNotEmpty();
            }
            assertThat(peer.awaitRequest(2).bodyText())
                    .contains("\"thoughtSignature\":\"/5AGncDn")
                    .contains("{\"functionResponse\":{\"name\":\"list_alerts\",\"response\":{\"output\":\"ok\"}}}");
        }
    }

    @Test
    void aBareErrorAtTheEndFailsTheStreamAndKeepsWhatCame() {
        try (var peer = ScriptedPeer.serving(Script.transcript("gemini-midstream-error.sse", 50));
                var client = client(peer);
                var stream = client.stream(REQUEST)) {
            var collected = ClientFixture.collect(stream);
            assertThat(collected.failure()).isInstanceOfSatisfying(ApiError.class, error -> {
                assertThat(error.type()).isEqualTo("UNAVAILABLE");
                assertThat(error.retryable()).isTrue();
                assertThat(error.partial().text()).isEqualTo("Step one is to drain the old nodes, step ");
            });
        }
    }

    @Test
    void aResponseThatEndsWithoutAReasonIsTruncated() {
        String whole = new String(Script.transcriptBytes("gemini-text.sse"), java.nio.charset.StandardCharsets.UTF_8);
        String first = whole.substring(0, whole.indexOf("\r\n\r\n") + 4);
        try (var peer = ScriptedPeer.serving(Script.stream(first).end());
                var client = client(peer);
                var stream = client.stream(REQUEST)) {
            assertThat(ClientFixture.collect(stream).failure())
                    .isInstanceOfSatisfying(
                            Truncated.class,
                            failure -> assertThat(failure.partial().text()).isEqualTo("A bloom filter can say "));
        }
    }

    @Test
    void aConnectionThatBreaksBehindAReasonHasNotEndedTheAnswer() {
        byte[] whole = Script.transcriptBytes("gemini-text.sse");
        try (var peer = ScriptedPeer.serving(Script.stream().sse(whole).cut());
                var client = client(peer);
                var stream = client.stream(REQUEST)) {
            var collected = ClientFixture.collect(stream);
            assertThat(collected.failure()).isInstanceOf(ConnectionFailed.class);
            assertThat(collected.events()).doesNotContain(new MessageStop());
        }
    }

    @Test
    void aRefusalSaysWhenToTryAgain() {
        String body = """
            {"error": {"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED", "details": [
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.4s"}]}}
            """;
        try (var peer = ScriptedPeer.serving(Script.json(429, body));
                var client = client(peer);
                var stream = client.stream(REQUEST)) {
            assertThat(ClientFixture.collect(stream).failure()).isInstanceOfSatisfying(ApiError.class, error -> {
                assertThat(error.retryAfter()).contains(java.time.Duration.ofMillis(34_400));
                assertThat(List.of(error.type(), error.status())).isEqualTo(List.of("RESOURCE_EXHAUSTED", 429));
            });
        }
    }

    private static LlmClient client(ScriptedPeer peer) {
        return LlmClient.builder(Gemini.builder()
                        .apiKey("test-key")
                        .baseUrl(peer.uri(""))
                        .build())
                .resilience(Resilience.none())
                .build();
    }
}
