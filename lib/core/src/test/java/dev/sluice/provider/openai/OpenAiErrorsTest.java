package dev.sluice.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException.ApiError;
import dev.sluice.transport.TransportResponse;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiErrorsTest {
    private static final OpenAiChatCompletions OPENAI = OpenAiChatCompletions.builder()
            .apiKey("k")
            .clock(() -> Instant.parse("2026-08-06T10:00:00Z"))
            .build();

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error, false, ''",
        "401, invalid_request_error, false, check the API key",
        "402, '', false, billing",
        "403, '', false, check what the API key may do",
        "404, invalid_request_error, false, the base URL ends where /responses or /chat/completions follows",
        "405, '', false, check the base URL",
        "408, '', true, ''",
        "409, '', true, ''",
        "413, '', false, send less",
        "422, '', false, ''",
        "429, requests, true, later",
        "500, server_error, true, try again later",
        "503, engine_overloaded, true, try again later",
        "999, a_new_error, true, ''",
        "302, '', false, check the base URL",
    })
    void aStatusHasItsTypeRetryAndAdvice(int status, String type, boolean retryable, String advice) {
        String json =
                "{\"error\":{\"message\":\"Vendor's words\",\"type\":\"" + type + "\",\"param\":null,\"code\":null}}";
        var error = error(status, json, "x-request-id", "req_1");
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.type()).isEqualTo(type);
        assertThat(error.retryable()).isEqualTo(retryable);
        assertThat(error.rawBody()).isEqualTo(json);
        assertThat(error.requestId()).contains("req_1");
        assertThat(error.retryAfter()).isEmpty();
        assertThat(error.getMessage())
                .startsWith("The server answered " + status + (type.isEmpty() ? "" : " " + type) + ": Vendor's words")
                .contains(advice);

        // Whatever a proxy answers in its place, the status still decides.
        for (String body : List.of("<html>\n<b>Bad</b>\n</html>", "", "[1]", "{", "{}", "{\"error\":null}", "\uD83D")) {
            var foreign = error(status, body);
            assertThat(foreign.type()).isEmpty();
            assertThat(foreign.retryable()).isEqualTo(retryable);
            assertThat(foreign.rawBody()).isEqualTo(body);
            assertThat(foreign.getMessage())
                    .startsWith("The server answered " + status + ": ")
                    .contains(advice);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'error':{'message':'m','type':'t','code':'c'}}|t|t (c): m",
                "{'error':{'message':'m','code':'c'}}|c|c: m",
                "{'error':{'message':'m','code':400}}|400|400: m",
                "{'error':{'message':'m','type':'t','code':'t'}}|t|t: m",
                "{'error':'not here'}|''|: not here",
                "{'object':'error','message':'m','type':'NotFoundError','param':null,'code':404}|NotFoundError|NotFoundError"
                    + " (404): m",
                "{'detail':'Method Not Allowed'}|''|: Method Not Allowed",
                "{'detail':[{'loc':['body','x'],'msg':'bad'}]}|''|:"
                        + " {\"detail\":[{\"loc\":[\"body\",\"x\"],\"msg\":\"bad\"}]}",
                "{'message':'no Route matched'}|''|: no Route matched",
                "[{'error':{'code':400,'message':'m','status':'INVALID_ARGUMENT'}}]|400|400: m",
                "{'error':{'message':7}}|''|: {\"error\":{\"message\":7}}",
            })
    void theMessageSaysWhatTheBodySaid(String body, String type, String words) {
        var error = error(418, body.replace('\'', '"'));
        assertThat(error.type()).isEqualTo(type);
        assertThat(error.getMessage()).startsWith("The server answered 418").endsWith(words);
    }

    @Test
    void aLongPageIsCut() {
        assertThat(error(500, "<html>\n  Bad\tgateway</html>")).hasMessageContaining(": <html> Bad gateway</html>;");
        assertThat(error(500, " ")).hasMessageContaining(": it gave no reason;");
        assertThat(error(400, "x".repeat(100_000)).getMessage()).hasSizeLessThan(300);
    }

    @Test
    void withoutQuotaWaitingDoesNotHelp() {
        String body = "{\"error\":{\"message\":\"You exceeded your current quota\",\"type\":\"insufficient_quota\","
                + "\"param\":null,\"code\":\"insufficient_quota\"}}";
        var error = error(429, body);
        assertThat(error.retryable()).isFalse();
        assertThat(error).hasMessageContaining("plan and billing");
        assertThat(error(429, "{\"error\":{\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}")
                        .retryable())
                .isTrue();
    }

    @Test
    void adviceFollowsFromWhatIsWrong() {
        assertThat(error(400, "{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\"}}"))
                .hasMessageEndingWith("; shorten the conversation");
        assertThat(error(400, "{\"error\":{\"message\":\"Unsupported parameter: 'max_tokens'\"}}"))
                .hasMessageEndingWith("; see OpenAiChatCompletions.Builder.tokenLimitField");
        var keyless = OpenAiChatCompletions.builder().baseUrl("http://gw/v1").build();
        assertThat(keyless.error(response(401), "no")).hasMessageEndingWith("apiKey(...)");
    }

    @Test
    void theIdOfTheHeadWins() {
        assertThat(error(500, "{\"request_id\":\"body\"}").requestId()).contains("body");
        assertThat(error(500, "{\"request_id\":\"body\"}", "x-request-id", "head")
                        .requestId())
                .contains("head");
    }

    @Test
    void theServersWordOnRetryingOverridesTheStatus() {
        assertThat(error(400, "", "x-should-retry", "true").retryable()).isTrue();
        assertThat(error(500, "", "x-should-retry", "False").retryable()).isFalse();
        assertThat(error(500, "", "x-should-retry", "perhaps").retryable()).isTrue();
    }

    @Test
    void theServersDelayIsPassedOn() {
        assertThat(error(429, "", "retry-after-ms", "1500").retryAfter()).contains(Duration.ofMillis(1500));
        assertThat(error(429, "", "retry-after", "20").retryAfter()).contains(Duration.ofSeconds(20));
        assertThat(error(429, "", "retry-after", "Thu, 06 Aug 2026 10:01:40 GMT")
                        .retryAfter())
                .contains(Duration.ofSeconds(100));
    }

    private static ApiError error(int status, String body, String... header) {
        return OPENAI.error(response(status, header), body);
    }

    private static TransportResponse response(int status, String... header) {
        var headers = new HashMap<String, List<String>>();
        if (header.length > 0) {
            headers.put(header[0], List.of(header[1]));
        }
        return new TransportResponse(status, headers, InputStream.nullInputStream());
    }
}
