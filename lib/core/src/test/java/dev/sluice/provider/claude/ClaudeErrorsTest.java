package dev.sluice.provider.claude;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException.ApiError;
import dev.sluice.transport.TransportResponse;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClaudeErrorsTest {
    private static final Claude CLAUDE = Claude.builder()
            .apiKey("k")
            .clock(() -> Instant.parse("2026-08-06T10:00:00Z"))
            .build();

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error, false, ''",
        "401, authentication_error, false, check the API key",
        "402, billing_error, false, billing",
        "403, permission_error, false, check what the API key may do",
        "404, not_found_error, false, check the model's name and the base URL",
        "408, '', true, ''",
        "409, '', true, ''",
        "413, request_too_large, false, send less",
        "422, '', false, ''",
        "429, rate_limit_error, true, later",
        "500, api_error, true, try again later",
        "504, timeout_error, true, try again later",
        "529, overloaded_error, true, try again later",
        "999, a_new_error, true, ''",
        "302, '', false, check the base URL",
    })
    void aStatusHasItsTypeRetryAndAdvice(int status, String type, boolean retryable, String advice) {
        String json = "{\"type\":\"error\",\"error\":{\"type\":\"" + type
                + "\",\"message\":\"Vendor's words\",\"details\":null},\"request_id\":\"req_body\"}";
        var error = error(status, json);
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.type()).isEqualTo(type);
        assertThat(error.retryable()).isEqualTo(retryable);
        assertThat(error.rawBody()).isEqualTo(json);
        assertThat(error.requestId()).contains("req_body");
        assertThat(error.retryAfter()).isEmpty();
        assertThat(error.getMessage())
                .startsWith("Claude answered " + status + (type.isEmpty() ? "" : " " + type) + ": Vendor's words")
                .contains(advice)
                .endsWith("(request req_body)");

        // Whatever a proxy answers in its place, the status still decides.
        for (String body : List.of("<html>\n<b>Bad</b>\n</html>", "", "[1]", "{", "{}", "{\"error\":null}", "\uD83D")) {
            var foreign = error(status, body);
            assertThat(foreign.type()).isEmpty();
            assertThat(foreign.retryable()).isEqualTo(retryable);
            assertThat(foreign.rawBody()).isEqualTo(body);
            assertThat(foreign.requestId()).isEmpty();
            assertThat(foreign.getMessage())
                    .startsWith("Claude answered " + status + ": ")
                    .contains(advice);
        }
    }

    @Test
    void theMessageSaysWhatTheBodySaid() {
        assertThat(error(500, "<html>\n  Bad\tgateway</html>")).hasMessageContaining(": <html> Bad gateway</html>;");
        assertThat(error(500, " ")).hasMessageContaining(": it gave no reason;");
        assertThat(error(500, "{\"error\":\"Not here\"}")).hasMessageContaining(": Not here;");
        assertThat(error(500, "{\"error\":{\"message\":7}}")).hasMessageContaining(": {\"error\":{\"message\":7}};");
        assertThat(error(400, "x".repeat(100_000)).getMessage()).hasSizeLessThan(300);
        assertThat(error(400, "x".repeat(196) + "\uD83D\uDE80".repeat(100)).getMessage())
                .endsWith("xx...");
    }

    @Test
    void theRequestIdOfTheHeadWins() {
        assertThat(error(500, "{\"request_id\":\"body\"}", "request-id", "head").requestId())
                .contains("head");
    }

    @Test
    void theServersWordOnRetryingOverridesTheStatus() {
        assertThat(error(400, "", "x-should-retry", "true").retryable()).isTrue();
        assertThat(error(500, "", "x-should-retry", "False").retryable()).isFalse();
        assertThat(error(500, "", "x-should-retry", "perhaps").retryable()).isTrue();
        assertThat(error(400, "", "x-should-retry", "perhaps").retryable()).isFalse();
    }

    @Test
    void theServersDelayIsPassedOn() {
        assertThat(error(429, "", "retry-after", "1.5").retryAfter()).contains(Duration.ofMillis(1500));
        assertThat(error(429, "", "retry-after", "Thu, 06 Aug 2026 10:01:40 GMT")
                        .retryAfter())
                .contains(Duration.ofSeconds(100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-request-id", "request_id"})
    void otherHeadersAreNotTheRequestId(String header) {
        assertThat(error(500, "", header, "x").requestId()).isEmpty();
    }

    private static ApiError error(int status, String body, String... header) {
        var headers = new HashMap<String, List<String>>();
        if (header.length > 0) {
            headers.put(header[0], List.of(header[1]));
        }
        return CLAUDE.error(new TransportResponse(status, headers, InputStream.nullInputStream()), body);
    }

    @Test
    void theErrorCodeIsNamedBesideTheType() {
        String json =
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"No threads here\","
                        + "\"details\":{\"error_code\":\"thread_unsupported_request\"}}}";
        assertThat(error(400, json).getMessage())
                .startsWith("Claude answered 400 invalid_request_error (thread_unsupported_request): No threads here");
    }

    @Test
    void theClockIsTheMachinesUnlessGiven() {
        var response = new TransportResponse(
                429, Map.of("retry-after", List.of("Thu, 06 Aug 2020 10:00:00 GMT")), InputStream.nullInputStream());
        assertThat(Claude.builder().apiKey("k").build().error(response, "").retryAfter())
                .contains(Duration.ZERO);
    }
}
