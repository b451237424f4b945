package dev.sluice.test.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** What an answer is on each wire, seen by a client that knows nothing but that wire. */
@Timeout(30)
class AnswerTest {

    @ParameterizedTest
    @CsvSource({
        "CLAUDE,true",
        "CLAUDE,false",
        "GEMINI,true",
        "GEMINI,false",
        "OPENAI,true",
        "OPENAI,false",
        "RESPONSES,true",
        "RESPONSES,false",
        "INTERACTIONS,true",
        "INTERACTIONS,false"
    })
    void wordsArriveOnEveryWireStreamedOrWhole(Wire wire, boolean stream) throws Exception {
        try (var server = ScriptedServer.start(Answer.text("Hé\"", "llo\n", "wörld"))) {
            Wire.Response response = wire.either(server, stream);

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.complete()).isTrue();
            assertThat(wire.words(response, stream)).isEqualTo("Hé\"llo\nwörld");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CLAUDE, /delta/thinking,                     /delta/partial_json,                                   "
                + " /delta/stop_reason,         tool_use",
        "GEMINI, /candidates/0/content/parts/0/text,  /candidates/0/content/parts/0/functionCall/args/city,  "
                + " /candidates/0/finishReason, STOP",
        "OPENAI, /choices/0/delta/reasoning_content,  /choices/0/delta/tool_calls/0/function/arguments,      "
                + " /choices/0/finish_reason,   tool_calls",
        "INTERACTIONS, /delta/content/text,           /delta/arguments,                                      "
                + " /interaction/status,        in_progressrequires_action"
    })
    void thoughtsAndCallsArriveOnEveryWire(Wire wire, String thoughts, String input, String reason, String why)
            throws Exception {
        Answer answer = Answer.thinking("Let me ", "see. ").thenToolCall("weather", "{\"city\":", "\"Porto\"}");
        try (var server = ScriptedServer.start(answer)) {
            List<JsonNode> chunks = Wire.chunks(wire.stream(server).text());

            assertThat(Wire.joined(chunks, thoughts)).startsWith("Let me see. ");
            assertThat(Wire.joined(chunks, input)).contains("Porto");
            assertThat(Wire.joined(chunks, reason)).isEqualTo(why);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CLAUDE, DONE,    end_turn,  /stop_reason",
        "CLAUDE, LENGTH,  max_tokens, /stop_reason",
        "CLAUDE, REFUSAL, refusal,   /stop_reason",
        "CLAUDE, TOOL,    tool_use,  /stop_reason",
        "GEMINI, DONE,    STOP,      /candidates/0/finishReason",
        "GEMINI, LENGTH,  MAX_TOKENS, /candidates/0/finishReason",
        "GEMINI, REFUSAL, SAFETY,    /candidates/0/finishReason",
        "INTERACTIONS, DONE,   completed,       /status",
        "INTERACTIONS, TOOL,   requires_action, /status",
        "INTERACTIONS, LENGTH, incomplete,      /status",
        "OPENAI, DONE,    stop,      /choices/0/finish_reason",
        "OPENAI, LENGTH,  length,    /choices/0/finish_reason",
        "OPENAI, REFUSAL, content_filter, /choices/0/finish_reason",
        "RESPONSES, DONE,    completed, /status",
        "RESPONSES, LENGTH,  max_output_tokens, /incomplete_details/reason",
        "RESPONSES, REFUSAL, refusal,   /output/0/content/0/type"
    })
    void theReasonOfTheEndIsTheWiresOwn(Wire wire, Answer.End end, String reason, String place) throws Exception {
        try (var server = ScriptedServer.start(Answer.text("Hi").end(end))) {
            assertThat(wire.whole(server).json().at(place).asString("")).isEqualTo(reason);
        }
    }

    @Test
    void anEndThatTheWireHasNoWordForIsRefused() throws Exception {
        try (var server = ScriptedServer.start(Answer.text("No.").end(Answer.End.REFUSAL))) {
            Wire.Response response = Wire.INTERACTIONS.whole(server);

            assertThat(response.status()).isEqualTo(400);
            assertThat(response.json().at("/error/message").asString("")).contains("REFUSAL", "choose another end");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CLAUDE, /usage/input_tokens, /usage/output_tokens",
        "GEMINI, /usageMetadata/promptTokenCount, /usageMetadata/candidatesTokenCount",
        "OPENAI, /usage/prompt_tokens, /usage/completion_tokens",
        "INTERACTIONS, /usage/total_input_tokens, /usage/total_output_tokens"
    })
    void usageIsWhatTheScriptSays(Wire wire, String input, String output) throws Exception {
        Answer answer = Answer.text("a", "b").usage(1234, 567);
        try (var server = ScriptedServer.start(answer, answer)) {
            JsonNode whole = wire.whole(server).json();
            JsonNode last = Wire.chunks(wire.stream(server).text()).reversed().stream()
                    .map(chunk -> chunk.has("interaction") ? chunk.path("interaction") : chunk)
                    .filter(chunk -> chunk.at(output).isNumber())
                    .findFirst()
                    .orElseThrow();

            assertThat(whole.at(input).asInt(0)).isEqualTo(1234);
            assertThat(whole.at(output).asInt(0)).isEqualTo(567);
            assertThat(last.at(input).asInt(0)).isEqualTo(1234);
            assertThat(last.at(output).asInt(0)).isEqualTo(567);
        }
    }

    @ParameterizedTest
    @EnumSource
    void thoughtsThatTheModelKeepsAreNotShown(Wire wire) throws Exception {
        Answer answer = Answer.thinking().thenText("Hi");
        try (var server = ScriptedServer.start(answer, answer)) {
            assertThat(wire.words(wire.stream(server), true)).isEqualTo("Hi");
            assertThat(wire.whole(server).text()).contains("\"Hi\"");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CLAUDE, 400, invalid_request_error, /error/type",
        "CLAUDE, 401, authentication_error,  /error/type",
        "CLAUDE, 402, billing_error,         /error/type",
        "CLAUDE, 403, permission_error,      /error/type",
        "CLAUDE, 404, not_found_error,       /error/type",
        "CLAUDE, 413, request_too_large,     /error/type",
        "CLAUDE, 418, invalid_request_error, /error/type",
        "CLAUDE, 429, rate_limit_error,      /error/type",
        "CLAUDE, 500, api_error,             /error/type",
        "CLAUDE, 504, timeout_error,         /error/type",
        "CLAUDE, 529, overloaded_error,      /error/type",
        "GEMINI, 400, INVALID_ARGUMENT,      /error/status",
        "GEMINI, 401, UNAUTHENTICATED,       /error/status",
        "GEMINI, 403, PERMISSION_DENIED,     /error/status",
        "GEMINI, 404, NOT_FOUND,             /error/status",
        "GEMINI, 429, RESOURCE_EXHAUSTED,    /error/status",
        "GEMINI, 499, CANCELLED,             /error/status",
        "GEMINI, 500, INTERNAL,              /error/status",
        "GEMINI, 503, UNAVAILABLE,           /error/status",
        "GEMINI, 504, DEADLINE_EXCEEDED,     /error/status",
        "OPENAI, 400, invalid_request_error, /error/type",
        "OPENAI, 401, invalid_api_key,       /error/code",
        "OPENAI, 429, rate_limit_exceeded,   /error/code",
        "OPENAI, 500, server_error,          /error/type"
    })
    void anErrorHasTheTypeThatTheVendorSendsWithItsStatus(Wire wire, int status, String type, String place)
            throws Exception {
        try (var server = ScriptedServer.start(Answer.error(status, "no way").header("X-Why", "because"))) {
            Wire.Response response = wire.stream(server);

            assertThat(response.status()).isEqualTo(status);
            assertThat(response.head()).containsIgnoringCase("x-why: because");
            assertThat(response.json().at(place).asString("")).isEqualTo(type);
            assertThat(response.json().at("/error/message").asString("")).isEqualTo("no way");
        }
    }

    @Test
    void aRateLimitSaysWhenToAskAgainAndAnOverloadedServerWhetherTo() throws Exception {
        try (var server = ScriptedServer.start(Answer.rateLimited(Duration.ofSeconds(7)), Answer.overloaded())) {
            assertThat(Wire.CLAUDE.stream(server).head()).contains(" 429 ", "retry-after: 7\r\n");
            assertThat(Wire.CLAUDE.stream(server).head()).contains(" 529 ", "x-should-retry: true\r\n");
        }
    }

    @Test
    void aHeaderOfTheScriptReplacesTheServersOwn() throws Exception {
        try (var server = ScriptedServer.start(Answer.text("Hi").header("Request-Id", "req_mine"))) {
            assertThat(Wire.CLAUDE.stream(server).head())
                    .containsOnlyOnce("equest-")
                    .contains("req_mine");
        }
    }

    @Test
    void anAnswerThatIsTooLongIsCutAndSaysSo() throws Exception {
        Answer answer = Answer.thinking("a", "b").thenText("c", "d", "e").limitedTo(3);
        try (var server = ScriptedServer.start(
                answer, Answer.text("c").limitedTo(1), Answer.text("c").limitedTo(0))) {
            JsonNode cut = Wire.CLAUDE.whole(server).json();
            assertThat(cut.at("/content/0/thinking").asString("")).isEqualTo("ab");
            assertThat(cut.at("/content/1/text").asString("")).isEqualTo("c");
            assertThat(cut.at("/stop_reason").asString("")).isEqualTo("max_tokens");
            assertThat(Wire.CLAUDE.whole(server).json().at("/stop_reason").asString(""))
                    .isEqualTo("end_turn");
            assertThat(Wire.CLAUDE.whole(server).json().at("/content")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallThatIsCutIsWhatItsWireMakesOfOne(Wire wire) throws Exception {
        Answer answer = Answer.toolCall("weather", "{\"city\":", "\"Por").end(Answer.End.LENGTH);
        try (var server = ScriptedServer.start(answer, answer)) {
            String streamed = wire.stream(server).text();
            Wire.Response whole = wire.whole(server);

            assertThat(whole.status()).isEqualTo(200);
            assertThat(streamed.contains("Por")).isEqualTo(wire != Wire.GEMINI);
            assertThat(whole.text().contains("weather")).isEqualTo(wire != Wire.GEMINI && wire != Wire.INTERACTIONS);
        }
    }

    @Test
    void paceIsTheLeastThatAnAnswerTakes() throws Exception {
        Answer answer = Answer.text("a", "b", "c").pace(Pace.every(Duration.ofMillis(10)));
        try (var server = ScriptedServer.start(answer, answer.failing(Fault.SLOW))) {
            long start = System.nanoTime();
            Wire.CLAUDE.stream(server);
            long brisk = System.nanoTime();
            Wire.CLAUDE.stream(server);

            assertThat(brisk - start).isGreaterThanOrEqualTo(40_000_000);
            assertThat(System.nanoTime() - brisk).isGreaterThanOrEqualTo(10_000_000 + 3 * 50_000_000);
        }
    }

    @Test
    void aModelsPaceIsDrawnWithinItsLimits() {
        for (Pace pace : List.of(Pace.natural(), Pace.brisk(), Pace.instant())) {
            var random = new java.util.SplittableRandom(1);
            assertThat(pace.thought(random)).isBetween(pace.shortestThought(), pace.longestThought());
            assertThat(pace.gap(random)).isBetween(pace.shortestGap(), pace.longestGap());
        }
    }

    @Test
    void whatCannotBeIsRefusedWhereItIsSaid() {
        assertThatThrownBy(() -> Answer.error(200, "fine"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("200");
        assertThat(Answer.text("a").times(3)).hasSize(3);
        assertThat(Answer.text("long ".repeat(30))).asString().hasSize(60).endsWith("...");
        assertThat(Answer.error(500, "broken")).hasToString("error: broken");
        assertThat(Answer.text("one").thenText("two")).hasToString("one two");
    }
}
