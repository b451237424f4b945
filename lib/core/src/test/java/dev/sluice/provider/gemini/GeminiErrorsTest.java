package dev.sluice.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.wire.Decoding;
import dev.sluice.provider.wire.GeminiEvents;
import dev.sluice.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiErrorsTest {
    private static final Gemini GEMINI = Gemini.builder()
            .apiKey("k")
            .clock(() -> Instant.parse("2026-08-06T10:00:00Z"))
            .build();

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_ARGUMENT, false, ''",
        "400, FAILED_PRECONDITION, false, ''",
        "401, UNAUTHENTICATED, false, check the API key",
        "403, PERMISSION_DENIED, false, check what the API key may do",
        "404, NOT_FOUND, false, check the model's name and the base URL",
        "408, '', true, ''",
        "409, ABORTED, false, ''",
        "413, '', false, send less",
        "429, RESOURCE_EXHAUSTED, true, later",
        "500, INTERNAL, true, try again later",
        "503, UNAVAILABLE, true, try again later",
        "504, DEADLINE_EXCEEDED, true, try again later",
        "999, A_NEW_ONE, true, ''",
        "302, '', false, check the base URL",
    })
    void aStatusHasItsTypeRetryAndAdvice(int status, String type, boolean retryable, String advice) {
        String json = "{\"error\":{\"code\":" + status + ",\"message\":\"Vendor's words\",\"status\":\"" + type
                + "\",\"details\":[]}}";
        for (String body : List.of(json, "[" + json + "\n]")) { // a list, where the stream would have been one
            var error = error(status, body);
            assertThat(error.status()).isEqualTo(status);
            assertThat(error.type()).isEqualTo(type);
            assertThat(error.retryable()).isEqualTo(retryable);
            assertThat(error.rawBody()).isEqualTo(body);
            assertThat(error.requestId()).isEmpty();
            assertThat(error.retryAfter()).isEmpty();
            assertThat(error.getMessage())
                    .startsWith("Gemini answered " + status + (type.isEmpty() ? "" : " " + type) + ": Vendor's words")
                    .endsWith(advice);
        }

        // Whatever a proxy answers in its place, the status still decides.
        for (String body : List.of("<html>\n<b>Bad</b>\n</html>", "", "[1]", "[]", "{", "{}", "{\"error\":null}")) {
            var foreign = error(status, body);
            assertThat(foreign.type()).isEmpty();
            assertThat(foreign.retryable()).isEqualTo(retryable);
            assertThat(foreign.rawBody()).isEqualTo(body);
            assertThat(foreign.getMessage())
                    .startsWith("Gemini answered " + status + ": ")
                    .contains(advice);
        }
    }

    @Test
    void aKeyThatIsWrongIsA400WithItsReasonInTheDetails() {
        String body = details(
                "INVALID_ARGUMENT",
                "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"API_KEY_INVALID\"}");
        assertThat(error(400, body)).hasMessageEndingWith("; check the API key");
    }

    @ParameterizedTest
    @CsvSource({"34.4s, 34400", "0s, 0", "120s, 120000", "0.001s, 1", "1.000000000s, 1000"})
    void theDelayInTheBodyIsPassedOn(String delay, long millis) {
        assertThat(error(429, retryInfo(delay)).retryAfter()).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1s", "34.4", "1m", "99999999999999s", "1,5s"})
    void aDelayThatIsNoneIsNone(String delay) {
        assertThat(error(429, retryInfo(delay)).retryAfter()).isEmpty();
    }

    @Test
    void theDelayInAHeaderGoesBeforeThatInTheBody() {
        assertThat(error(429, retryInfo("30s"), "retry-after", "7").retryAfter())
                .contains(Duration.ofSeconds(7));
        assertThat(error(429, "", "retry-after", "Thu, 06 Aug 2026 10:01:40 GMT")
                        .retryAfter())
                .contains(Duration.ofSeconds(100));
        assertThat(error(429, retryInfo("30s"), "retry-after", "soon").retryAfter())
                .contains(Duration.ofSeconds(30));
    }

    @Test
    void theRequestsIdIsInTheDetailsIfAnywhere() {
        String body = details("INTERNAL", "{\"@type\":\"x/google.rpc.RequestInfo\",\"requestId\":\"q7\"}");
        assertThat(error(500, body).requestId()).contains("q7");
    }

    @Test
    void theMessageSaysWhatTheBodySaid() {
        assertThat(error(500, "<html>\n  Bad\tgateway</html>")).hasMessageContaining(": <html> Bad gateway</html>;");
        assertThat(error(500, " ")).hasMessageContaining(": it gave no reason;");
        assertThat(error(500, "{\"error\":\"Not here\"}")).hasMessageContaining(": Not here;");
        assertThat(error(500, "{\"error\":{\"message\":7}}")).hasMessageContaining(": {\"error\":{\"message\":7}};");
        assertThat(error(400, "x".repeat(100_000)).getMessage()).hasSizeLessThan(300);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"details\":{}}}",
                "{\"error\":{\"details\":[7]}}",
                "{\"error\":{\"code\":\"x\",\"details\":[{\"@type\":7,\"retryDelay\":7}]}}",
                "{\"error\":{\"status\":7,\"details\":[{\"@type\":\".RetryInfo\",\"retryDelay\":7}]}}",
            })
    void anErrorOfAnotherShapeIsAnErrorStill(String body) {
        assertThat(error(500, body).retryable()).isTrue();
        assertThat(inStream(framed(body)).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "RESOURCE_EXHAUSTED, 0, true",
        "INTERNAL, 400, true",
        "UNKNOWN, 0, true",
        "UNAVAILABLE, 0, true",
        "DEADLINE_EXCEEDED, 0, true",
        "INVALID_ARGUMENT, 500, false",
        "PERMISSION_DENIED, 0, false",
        "CANCELLED, 0, false",
        "A_NEW_ONE, 503, false",
        "'', 503, true",
        "'', 429, true",
        "'', 400, false",
        "'', 0, false",
    })
    void anErrorInTheStreamIsJudgedByItsStatusInBothShapes(String type, int code, boolean retryable) {
        String json = "{\n  \"error\": {\n    \"code\": " + code + ",\n    \"message\": \"Vendor's words\",\n"
                + "    \"status\": \"" + type + "\"\n  }\n}";
        for (String stream : List.of(framed(json.replace("\n", "")), json, json + "\n", "[" + json + "]\r\n\r\n")) {
            ApiError error = inStream(stream);
            assertThat(error.status()).isEqualTo(200);
            assertThat(error.type()).isEqualTo(type);
            assertThat(error.retryable()).isEqualTo(retryable);
            assertThat(error.rawBody().strip()).isEqualToIgnoringWhitespace(stream.replace("data: ", ""));
            assertThat(error.getMessage())
                    .startsWith("Gemini reported an error inside the stream" + (type.isEmpty() ? "" : ", " + type)
                            + ": Vendor's words")
                    .endsWith(retryable ? "; try again later" : "words");
        }
    }

    @Test
    void anErrorInTheStreamMaySayWhenToTryAgain() {
        assertThat(inStream(retryInfo("2s")).retryAfter()).contains(Duration.ofSeconds(2));
        assertThat(inStream(framed(retryInfo("2s"))).retryAfter()).contains(Duration.ofSeconds(2));
        assertThat(inStream(framed("[" + retryInfo("2s") + "]")).retryAfter()).contains(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"invalid chunk", "data: invalid chunk", "{\"error\":{\"code\":503", "<html>", "{}\n"})
    void whatElseAStreamEndsWithIsNoEndOfTheAnswer(String rest) {
        assertThat(events(framed(GeminiEvents.text("a")) + rest)).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\":{\"code\":503", "[{\"err", "{\n  \"candidates\": []\n}"})
    void jsonBehindAReasonToEndMeansThatItWasNone(String rest) {
        var error = catchThrowableOfType(ProtocolError.class, () -> events(framed(GeminiEvents.STOP) + rest));
        assertThat(error).hasMessageStartingWith("The server ended the stream with what is no event: ");
        assertThat(events(framed(GeminiEvents.STOP) + "invalid chunk")).hasSize(3);
    }

    private static List<StreamEvent> events(String stream) {
        return Decoding.stream(stream.replace('\'', '"'), GEMINI);
    }

    private static ApiError inStream(String end) {
        var events = new ArrayList<StreamEvent>();
        String stream = framed(GeminiEvents.text("a")).replace('\'', '"') + end;
        var in = new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8));
        var error = catchThrowableOfType(ApiError.class, () -> Decoding.decode(in, GEMINI, events));
        assertThat(events).hasSize(3).endsWith(GeminiEvents.text(0, "a"));
        return error;
    }

    private static String framed(String json) {
        return "data: " + json + "\n\n";
    }

    private static String retryInfo(String delay) {
        return details(
                "RESOURCE_EXHAUSTED",
                "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\"},"
                        + "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"" + delay + "\"}");
    }

    private static String details(String status, String details) {
        return "{\"error\":{\"message\":\"m\",\"status\":\"" + status + "\",\"details\":[" + details + "]}}";
    }

    private static ApiError error(int status, String body, String... header) {
        var headers = new HashMap<String, List<String>>();
        if (header.length > 0) {
            headers.put(header[0], List.of(header[1]));
        }
        return GEMINI.error(new TransportResponse(status, headers, InputStream.nullInputStream()), body);
    }

    @Test
    void theClockIsTheMachinesUnlessGiven() {
        var response = new TransportResponse(
                429, Map.of("retry-after", List.of("Thu, 06 Aug 2020 10:00:00 GMT")), InputStream.nullInputStream());
        assertThat(Gemini.builder().apiKey("k").build().error(response, "").retryAfter())
                .contains(Duration.ZERO);
    }
}
