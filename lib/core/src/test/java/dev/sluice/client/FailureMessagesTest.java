package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.gemini.GeminiInteractions;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.provider.openai.OpenAiChatCompletions;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A failure's message says what was asked, how often, who answered, and when to come back; a setting's says which one and why. */
@Timeout(30)
class FailureMessagesTest {
    private static final Claude CLAUDE = Claude.builder().apiKey("k").build();
    private static final Script OVERLOADED =
            Script.json(529, errorJson("overloaded_error", "Overloaded"), "retry-after-ms", "1", "request-id", "req_1");

    private static <E extends StreamException> E failure(Class<E> type, int retries, Script... scripts) {
        try (var fixture = ClientFixture.with(
                settings -> settings.resilience(
                        Resilience.builder().maxRetries(retries).build()),
                scripts)) {
            return catchThrowableOfType(type, () -> fixture.client.send(ClientFixture.REQUEST));
        }
    }

    @Test
    void anErrorNamesTheRequestTheRetriesAndTheId() {
        assertThat(failure(ApiError.class, 2, OVERLOADED, OVERLOADED, OVERLOADED))
                .hasMessageMatching("Claude answered 529 overloaded_error: Overloaded; try again later"
                        + ".* \\(POST http://localhost:\\d+/v1/messages, after 2 retries, request req_1\\)");
        assertThat(failure(ApiError.class, 1, OVERLOADED, OVERLOADED)).hasMessageContaining(", after 1 retry, ");
        assertThat(failure(ApiError.class, 0, OVERLOADED)).hasMessageNotContaining("retr");
    }

    @Test
    void aBrokenConnectionNamesTheRequestOnce() {
        assertThat(failure(
                                ConnectionFailed.class,
                                0,
                                Script.empty().cut(),
                                Script.empty().cut())
                        .getMessage()
                        .split("POST http://localhost", -1))
                .hasSize(2);
    }

    @Test
    void aWebPageIsNotTheProviders() {
        String page = "<!DOCTYPE html><html><body>Bad gateway</body></html>";
        assertThat(failure(ApiError.class, 0, Script.whole(502, "text/html", page)))
                .hasMessageContaining("the body is a web page, so something in front of the provider answered");
        assertThat(failure(ProtocolError.class, 0, Script.whole(200, "text/html", page)))
                .hasMessageContaining("with text/html instead of JSON");
        assertThat(failure(ApiError.class, 0, OVERLOADED)).hasMessageNotContaining("web page");
    }

    @Test
    void aHeadThatIsNotHttpsIsNoMissingConnection() {
        assertThat(failure(ProtocolError.class, 0, Script.empty().raw("SSH-2.0-OpenSSH_9.6\r\n\r\n")))
                .hasMessageContaining("does not begin as HTTP does")
                .hasMessageNotContaining("No connection");
    }

    @Test
    void aWaitThatIsTooLongFailsAtOnceAndSaysWhenToComeBack() {
        var later = Script.json(429, errorJson("rate_limit_error", "Too many"), "retry-after", "3600");
        assertThat(failure(ApiError.class, 5, later, later))
                .hasMessageContaining("; the server asks to wait 3600 s")
                .hasMessageNotContaining("after");
    }

    /** Sets one of a builder's settings to a text. */
    static Stream<Arguments> settings() {
        return Stream.<Map.Entry<String, Consumer<String>>>of(
                        Map.entry("apiKey", text -> Claude.builder().apiKey(text)),
                        Map.entry("apiKey", text -> Gemini.builder().apiKey(text)),
                        Map.entry("apiKey", text -> GeminiInteractions.builder().apiKey(text)),
                        Map.entry("apiKey", text -> OpenAi.builder().apiKey(text)),
                        Map.entry(
                                "apiKey",
                                text -> OpenAiChatCompletions.builder().apiKey(text)),
                        Map.entry("baseUrl", text -> Claude.builder().baseUrl(text)),
                        Map.entry("baseUrl", text -> Gemini.builder().baseUrl(text)),
                        Map.entry(
                                "baseUrl", text -> GeminiInteractions.builder().baseUrl(text)),
                        Map.entry("baseUrl", text -> OpenAi.builder().baseUrl(text)),
                        Map.entry(
                                "baseUrl",
                                text -> OpenAiChatCompletions.builder().baseUrl(text)),
                        Map.entry("model", text -> MessageRequest.builder().model(text)),
                        Map.entry("model", text -> LlmClient.builder(CLAUDE).model(text)))
                .map(setting -> Arguments.of(setting.getKey(), setting.getValue()));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aSettingThatIsNullOrBlankNamesItselfAndTheLikelyReason(String name, Consumer<String> set) {
        for (String missing : new String[] {null, "", " "}) {
            assertThatThrownBy(() -> set.accept(missing))
                    .isInstanceOfAny(NullPointerException.class, IllegalArgumentException.class)
                    .hasMessageStartingWith(name + ": ")
                    .hasMessageEndingWith("; if it comes from an environment variable, that one is probably not set");
        }
    }
}
