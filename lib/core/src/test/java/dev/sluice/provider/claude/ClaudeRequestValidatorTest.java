package dev.sluice.provider.claude;

import static dev.sluice.provider.wire.Requests.CLAUDE;
import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaudeRequestValidatorTest {
    private static final Claude NEW =
            Claude.builder().apiKey("k").version("2026-10-21").build();

    @Test
    void maxTokensIsRequired() {
        var request = MessageRequest.builder().model("m").user("Hi");
        assertRejected(request, "maxTokens");
        assertAccepted(request.put("max_tokens", 10));
    }

    @Test
    void theAnswerIsAlwaysStreamed() {
        assertRejected(minimal().put("stream", false), "stream");
        assertAccepted(minimal().put("stream", true));
    }

    @Test
    void theCacheKeepsForTwoDurationsOnly() {
        assertRejected(minimal().cacheFor(Duration.ofMinutes(6)), "cacheFor");
        assertAccepted(minimal().cacheFor(Duration.ofMinutes(6)).put("cache_control", Map.of("type", "ephemeral")));
    }

    @Test
    void aRequestWithoutAMessageThatCanBeSentIsRefused() {
        var empty = MessageRequest.builder().model("m").maxTokens(1);
        assertRejected(empty.message(Message.assistant("")), "messages");
        assertAccepted(minimal().message(Message.assistant("")));
    }

    /** Limits of models, and rules that the server names as well: they change, and a stale one would refuse what is taken. */
    @Test
    void whatTheServerCanSayIsSent() {
        assertAccepted(minimal()
                .model("claude-opus-5")
                .temperature(1.5)
                .topP(0.1)
                .topK(3)
                .effort("a-new-word")
                .serviceTier("a-new-word")
                .thinking(new ThinkingMode.Budget(1, true))
                .toolChoice(ToolChoice.tool("a-tool-of-a-server"))
                .user(new ToolUse("id", "n", "{}", Map.of()))
                .message(Message.of(Role.SYSTEM, List.of(new Image(new MediaSource.Url("u")))))
                .assistant("prefill"));
    }

    @Test
    void version20261021TakesNoSampling() {
        assertRejected(NEW, minimal().temperature(1), "temperature");
        assertRejected(NEW, minimal().topP(1), "topP");
        assertRejected(NEW, minimal().topK(0), "topK");
        assertAccepted(NEW, minimal());
        assertAccepted(NEW, minimal().temperature(1).put("temperature", 1));
        assertThatCode(() -> NEW.countRequest(minimal().temperature(1).build())).doesNotThrowAnyException();
    }

    @Test
    void version20261021TakesNoDocumentInAnAssistantMessage() {
        var document = new Document(new MediaSource.PlainText("t"));
        var says = Message.of(Role.ASSISTANT, List.of(new Text("x"), document));
        assertRejected(NEW, minimal().message(says), "messages[1].content[1]");
        assertAccepted(NEW, minimal().user(document));
        assertAccepted(minimal().message(says));
    }

    @Test
    void version20261021TakesNoCitationsInAUserMessage() {
        var cited = new Text("x", List.of(new Citation("char_location", "x", null, null, "{}")), Map.of());
        assertRejected(NEW, minimal().user(cited), "messages[1].content[0]");
        assertAccepted(NEW, minimal().message(Message.of(Role.ASSISTANT, List.of(cited))));
        assertAccepted(minimal().user(cited));
    }

    @Test
    void theVersionOfTheRequestWins() {
        var sampled = minimal().temperature(1);
        assertRejected(sampled.header("Anthropic-Version", "2026-10-21"), "temperature");
        assertAccepted(NEW, sampled.header("Anthropic-Version", "2023-06-01"));
    }

    private static void assertAccepted(MessageRequest.Builder request) {
        assertAccepted(CLAUDE, request);
    }

    private static void assertAccepted(Claude claude, MessageRequest.Builder request) {
        MessageRequest built = request.build();
        assertThatCode(() -> claude.streamRequest(built)).doesNotThrowAnyException();
    }

    private static void assertRejected(MessageRequest.Builder request, String field) {
        assertRejected(CLAUDE, request, field);
    }

    private static void assertRejected(Claude claude, MessageRequest.Builder request, String field) {
        MessageRequest built = request.build();
        assertThatThrownBy(() -> claude.streamRequest(built))
                .isInstanceOfSatisfying(
                        IllegalArgumentException.class,
                        e -> assertThat(e.getMessage()).startsWith(field + ": "));
    }
}
