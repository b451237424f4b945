package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.error;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.message.MessageRequest;
import dev.sluice.test.peer.CapturedLog;
import dev.sluice.test.peer.Script;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever happens to a stream, no line of the log at any level has a key, a header's value or a word of the conversation. */
@Timeout(60)
class QuietLogTest {
    private static final String CANARY = "kingfisher";

    static Stream<Arguments> stories() {
        Script begun = Script.stream().sse(begin(CANARY + " one ", "two"));
        String junk = "{\"type\":\"" + CANARY + " " + "\",";
        return Stream.of(
                arguments("a whole answer", Script.stream(answer(CANARY + " one ", "two"))),
                arguments(
                        "an error event",
                        begun.sse(error("api_error", CANARY + " caught")).stall()),
                arguments(
                        "a foreign error type",
                        begun.sse(error(CANARY + " flies", "No")).stall()),
                arguments(
                        "malformed JSON",
                        begun.sse(event("content_block_delta", junk)).stall()),
                arguments("cut", begun.cut()),
                arguments("ended too soon", begun.end()),
                arguments("a malformed chunk", begun.raw(CANARY + "\r\n")),
                arguments(
                        "no HTTP at all",
                        Script.empty().raw(CANARY + " " + CANARY + "\r\n\r\n").cut()),
                arguments("a status with JSON", Script.json(400, errorJson("invalid_request_error", CANARY))),
                arguments("a status with a page", Script.whole(400, "text/html", "<p>" + CANARY + "</p>")),
                arguments(
                        "a status whose body breaks",
                        Script.empty()
                                .head(400, "content-type", "text/plain")
                                .sse(CANARY)
                                .raw(CANARY + "\r\n")),
                arguments("a page with 200", Script.whole(200, "text/html", "<p>" + CANARY + "</p>")),
                arguments("no event at all", Script.whole(200, "text/" + CANARY, "")),
                arguments("an id with words", Script.json(400, "{}", "request-id", CANARY + " on the river")),
                arguments(
                        "a header",
                        Script.empty().head(200, "x-" + CANARY, CANARY).cut()),
                arguments(
                        "junk after the answer",
                        Script.stream().sse(answer(CANARY)).raw(CANARY + "\r\n").cut()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stories")
    void noWordOfIt(String story, Script script) {
        try (var log = CapturedLog.open()) {
            Reports.of(
                    fixture -> {
                        MessageRequest request = MessageRequest.builder()
                                .model("claude-sonnet-5")
                                .maxTokens(10)
                                .system(CANARY)
                                .user(CANARY)
                                .header("x-note", CANARY)
                                .build();
                        try (var stream = fixture.client.stream(request)) {
                            ClientFixture.collect(stream);
                        }
                    },
                    script);
            assertThat(log.lines("sluice-claude-")).hasSizeGreaterThanOrEqualTo(2);
            assertThat(log.text()).doesNotContain(CANARY).doesNotContain("test-key");
        }
    }

    @Test
    void aRetryIsOneLineAndTheEndAnother() {
        try (var log = CapturedLog.open()) {
            Script[] scripts = {
                Script.json(529, errorJson("overloaded_error", CANARY)),
                Script.json(400, errorJson("api_error", CANARY))
            };
            Reports.of(
                    scripts,
                    stream ->
                            assertThat(ClientFixture.collect(stream).failure()).isNotNull());
            assertThat(log.lines("INFO"))
                    .hasSize(2)
                    .satisfiesExactly(
                            retry -> assertThat(retry)
                                    .endsWith(" ms after ApiError 529 overloaded_error, request req_scripted"),
                            end -> assertThat(end)
                                    .contains("failed: ApiError 400 api_error; request req_scripted, headers ")
                                    .endsWith(", 1 retries, 0 continuations"));
            assertThat(log.text()).doesNotContain(CANARY);
        }
    }

    @Test
    void aHandlersExceptionIsNotQuotedAndNeitherIsTheReasonToCancel() {
        try (var log = CapturedLog.open()) {
            Reports.of(Script.stream().sse(begin("one")).stall(), stream -> stream.cancel(CANARY));
            Reports.of(Script.stream().sse(begin("one")).stall(), stream -> {
                stream.on(Signal.TEXT, (delta, snapshot) -> {
                    throw new IllegalStateException(CANARY);
                });
                ClientFixture.collect(stream);
            });
            assertThat(log.lines("cancelled")).hasSize(2);
            assertThat(log.text()).doesNotContain(CANARY);
        }
    }
}
