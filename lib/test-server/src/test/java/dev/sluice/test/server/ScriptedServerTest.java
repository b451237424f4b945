package dev.sluice.test.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.test.server.ParsedRequest.Thoughts;
import dev.sluice.test.server.Wire.Response;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who gets which answer, and what is known of a request. */
@Timeout(30)
class ScriptedServerTest {
    private final ScriptedServer server = ScriptedServer.start(Answer.text("first"));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void eachRequestTakesOneAnswerAndTheNextOneIsToldThatThereIsNone() throws Exception {
        server.enqueue(Answer.text("second"), Answer.text("third"));

        assertThat(Wire.CLAUDE.words(Wire.CLAUDE.stream(server), true)).isEqualTo("first");
        assertThat(Wire.GEMINI.words(Wire.GEMINI.stream(server), true)).isEqualTo("second");
        assertThat(server.remaining()).hasToString("[third]");
        assertThat(Wire.OPENAI.words(Wire.OPENAI.whole(server), false)).isEqualTo("third");
        Response none = Wire.CLAUDE.stream(server);
        assertThat(none.status()).isEqualTo(400);
        assertThat(none.json().at("/error/message").asString("")).contains("enqueue one more Answer");
    }

    @Test
    void aFunctionAnswersWhatIsAskedUnlessSomethingIsQueued() throws Exception {
        try (var echo = ScriptedServer.answering(asked -> Answer.text("You said " + asked.prompt()))) {
            echo.enqueue(Answer.text("queued"));

            assertThat(Wire.OPENAI.words(Wire.OPENAI.stream(echo), true)).isEqualTo("queued");
            assertThat(Wire.OPENAI.words(Wire.OPENAI.stream(echo), true)).isEqualTo("You said hi");
        }
    }

    @Test
    void aFunctionThatThrowsIsToldToTheClient() throws Exception {
        try (var broken = ScriptedServer.answering(asked -> {
            throw new AssertionError("wrong prompt");
        })) {
            Response response = Wire.CLAUDE.stream(broken);

            assertThat(response.status()).isEqualTo(400);
            assertThat(response.text()).contains("The test's script failed", "wrong prompt");
        }
    }

    @Test
    void aFaultThatIsWantedStrikesOnceAndARefusalTakesNoAnswer() throws Exception {
        server.next(Fault.OVERLOADED);
        server.next(Fault.CUT);
        server.enqueue(Answer.text("second"));

        assertThat(Wire.CLAUDE.stream(server).status()).isEqualTo(529);
        assertThat(server.remaining()).hasSize(2);
        assertThat(Wire.CLAUDE.stream(server).complete()).isFalse();
        assertThat(Wire.CLAUDE.stream(server).complete()).isTrue();
    }

    @Test
    void aClientMayAskForAFault() throws Exception {
        assertThat(Wire.CLAUDE.stream(server, "x-script: flood")
                        .json()
                        .at("/error/message")
                        .asString(""))
                .contains("'flood'");
        assertThat(Wire.CLAUDE.stream(server, "x-script: half-close").text()).doesNotContain("message_stop");
    }

    @Test
    void requestsAreKeptAsTheyCame() throws Exception {
        Wire.GEMINI.stream(server, "x-mine: yes");

        var request = server.awaitRequest(1);
        assertThat(request.method() + " " + request.path())
                .isEqualTo("POST /v1beta/models/m:streamGenerateContent?alt=sse");
        assertThat(request.header("X-Mine")).isEqualTo("yes");
        assertThat(request.header("x-other")).isNull();
        assertThat(request.bodyText()).isEqualTo(Wire.GEMINI.asking("hi", true));
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void aRequestIsReadWhateverTheWire(Wire wire) throws Exception {
        wire.whole(server);

        ParsedRequest asked = ParsedRequest.of(server.awaitRequest(1));
        assertThat(asked.prompt()).isEqualTo("hi");
        assertThat(asked.model()).isEqualTo("m");
        assertThat(asked.stream()).isFalse();
        assertThat(asked.tools()).isEmpty();
        assertThat(asked.thoughts()).isEqualTo(Thoughts.NONE);
        assertThat(asked.toolResults()).isEmpty();
    }

    @Test
    void toolsSchemasThoughtsAndResultsAreReadOnEveryWire() throws Exception {
        server.enqueue(Answer.text("second"), Answer.text("third"));
        Wire.CLAUDE.ask(server, "POST /v1/messages", """
            {"model":"m","max_tokens":9,"thinking":{"type":"enabled"},"tool_choice":{"type":"tool","name":"a"},
             "tools":[{"name":"a","input_schema":{"type":"object"}},{"name":"b","input_schema":{}}],
             "output_config":{"format":{"schema":{"type":"object"}}},
             "messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"text","text":"ok"}]},
             {"role":"user","content":[{"type":"tool_result","content":"r1"},{"type":"tool_result","content":"r2"}]}]}\
            """);
        Wire.GEMINI.ask(server, "POST /v1beta/models/m:generateContent", """
            {"generationConfig":{"maxOutputTokens":9,"responseSchema":{"type":"object"},
               "thinkingConfig":{"includeThoughts":true}},
             "toolConfig":{"functionCallingConfig":{"allowedFunctionNames":["a"]}},
             "tools":[{"functionDeclarations":[{"name":"a","parametersJsonSchema":{"type":"object"}},{"name":"b"}]}],
             "contents":[{"role":"user","parts":[{"text":"go"}]},
             {"role":"model","parts":[{"functionCall":{"name":"a"},"thoughtSignature":"s"}]},
             {"role":"user","parts":[{"functionResponse":{"response":{"output":"r1"}}},
             {"functionResponse":{"response":{"x":2}}}]}]}\
            """);
        Wire.OPENAI.ask(server, "POST /v1/chat/completions", """
            {"model":"m","max_tokens":9,"reasoning_effort":"low","tool_choice":{"function":{"name":"a"}},
             "tools":[{"function":{"name":"a","parameters":{"type":"object"}}},{"function":{"name":"b"}}],
             "response_format":{"json_schema":{"schema":{"type":"object"}}},
             "messages":[{"role":"system","content":"x"},{"role":"user","content":"go"},{"role":"assistant"},
             {"role":"tool","content":"r1"},{"role":"tool","content":"r2"}]}\
            """);

        List<ParsedRequest> asked =
                server.requests().stream().map(ParsedRequest::of).toList();
        assertThat(asked).hasSize(3).allSatisfy(request -> {
            assertThat(request.prompt()).isEqualTo("go");
            assertThat(request.maxTokens()).isEqualTo(9);
            assertThat(request.thoughts()).isEqualTo(Thoughts.SHOWN);
            assertThat(request.tools()).extracting(ParsedRequest.Tool::name).containsExactly("a");
            assertThat(request.tools().getFirst().schema()).isEqualTo("{\"type\":\"object\"}");
            assertThat(request.schema()).contains("{\"type\":\"object\"}");
            assertThat(request.toolResults()).hasSize(2).startsWith("r1");
        });
    }

    @Test
    void toolsThatTheCallerForbidsAreNone() throws Exception {
        server.enqueue(Answer.text("second"), Answer.text("third"));
        Wire.CLAUDE.ask(server, "POST /v1/messages", """
            {"model":"m","max_tokens":9,"tools":[{"name":"a"}],"tool_choice":{"type":"none"},
             "thinking":{"type":"adaptive","display":"omitted"},
             "output_format":{"schema":{"type":"array"}},"messages":[{"role":"user","content":"go"}]}\
            """);
        Wire.GEMINI.ask(server, "POST /v1beta/models/m:generateContent", """
            {"generationConfig":{"thinkingConfig":{"thinkingLevel":"low"}},
             "toolConfig":{"functionCallingConfig":{"mode":"NONE"}},"tools":[{"functionDeclarations":[{"name":"a"}]}],
             "contents":[{"parts":[{"text":"go"}]}]}\
            """);
        Wire.OPENAI.ask(server, "POST /v1/chat/completions", """
            {"model":"m","tool_choice":"none","tools":[{"function":{"name":"a"}}],"reasoning_effort":"none",
             "messages":[{"role":"user","content":"go"}]}\
            """);

        assertThat(server.requests().stream().map(ParsedRequest::of))
                .allSatisfy(asked -> assertThat(asked.tools()).isEmpty())
                .extracting(ParsedRequest::thoughts)
                .containsExactly(Thoughts.HIDDEN, Thoughts.HIDDEN, Thoughts.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "CLAUDE, GET /v1/models,                     /data/0/id",
        "CLAUDE, GET /v1/models?limit=9,             /data/2/id",
        "CLAUDE, GET /v1/models?after_id=claude-haiku-4-5&limit=1, /has_more",
        "CLAUDE, POST /v1/messages/count_tokens,     /input_tokens",
        "GEMINI, GET /v1beta/models?pageSize=3,      /models/2/name",
        "GEMINI, GET /v1beta/models,                 /nextPageToken",
        "GEMINI, POST /v1beta/models/m:countTokens,  /totalTokens",
        "OPENAI, GET /v1/models,                     /data/2/id"
    })
    void whatNoModelNeedBeAskedTakesNoAnswer(Wire wire, String line, String place) throws Exception {
        Response response = wire.ask(server, line, line.startsWith("GET") ? "" : wire.asking("hi", false));

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.json().at(place).isMissingNode()).isFalse();
        assertThat(server.remaining()).hasSize(1);
        assertThatThrownBy(() -> ParsedRequest.of(server.awaitRequest(1))).hasMessageContaining("asks for no answer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x-api-key: k                            | POST /v1/messages | {} | 400 | anthropic-version",
                "anthropic-version: 1                    | POST /v1/messages | {} | 401 | x-api-key",
                "authorization: k~anthropic-version: 1   | POST /v1/messages | {\"model\": | 400 | not valid JSON",
                "authorization: k~anthropic-version: 1   | POST /v1/messages | {\"model\":\"m\"} | 400 | max_tokens",
                "authorization: k~anthropic-version: 1   | POST /v1/oracles  | {} | 404 | Not found",
                "authorization: k~anthropic-version: 1   | GET /v1/models?limit=none |  | 400 | limit",
                "authorization: k~anthropic-version: 1   | GET /v1/models?after_id=x |  | 400 | 'x'",
                "x-any: k                                | POST /v1beta/models/m:generateContent | {} | 403 | x-goog",
                "x-goog-api-key: k                       | POST /v1beta/models/m:generateContent | {} | 400 | contents",
                "x-goog-api-key: k                       | POST /v1beta/models/m:embed | {} | 404 | Not found",
                "x-goog-api-key: k                       | POST /v1beta/other | {} | 404 | Not found",
                "x-goog-api-key: k                       | POST /v1beta/models/m:streamGenerateContent | {} | 400 |"
                        + " alt",
                "x-goog-api-key: k                       | POST /v1beta/models/m:countTokens | {} | 400 | contents",
                "x-goog-api-key: k | POST /v1beta/models/m:generateContent | {\"contents\":[{\"role\":\"model\","
                        + "\"parts\":[{\"functionCall\":{}}]}]} | 400 | thought_signature",
                "x-any: k                                | POST /v1/chat/completions | {} | 401 | authorization",
                "authorization: k                        | POST /v1/chat/completions | {\"model\":\"m\"} | 400 |"
                        + " messages",
                "authorization: k | POST /v1/chat/completions | {\"model\":\"m\",\"messages\":[{\"role\":\"system\"}]}"
                        + " | 400 | messages",
                "authorization: k                        | POST /v1/responses | {\"model\":\"m\"} | 400 | input",
                "x-any: k                                | POST /v1/responses | {} | 401 | authorization",
                "authorization: k                        | POST /v1/completions | {} | 404 | Not found"
            })
    void whatTheVendorWouldRefuseIsRefusedAndTakesNoAnswer(
            String headers, String line, String body, int status, String why) throws Exception {
        Response response = Wire.send(server, line, headers.replace("~", "\r\n"), body == null ? "" : body);

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.json().at("/error/message").asString("")).contains(why);
        assertThat(server.remaining()).hasSize(1);
        assertThatThrownBy(() -> ParsedRequest.of(server.awaitRequest(1))).hasMessageContaining("would be refused");
    }

    @Test
    void theLimitsThatAnAnswerTellsGoDown() throws Exception {
        server.enqueue(Answer.text("second"));
        String name = "anthropic-ratelimit-requests-remaining: ";

        assertThat(Wire.CLAUDE.stream(server).head()).contains(name + "3999");
        assertThat(Wire.CLAUDE.whole(server).head()).contains(name + "3998");
    }
}
