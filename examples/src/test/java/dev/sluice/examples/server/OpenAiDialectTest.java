package dev.sluice.examples.server;

import static dev.sluice.examples.server.HttpDialectClient.OPENAI;
import static dev.sluice.examples.server.HttpDialectClient.joined;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.test.server.Pace;
import dev.sluice.test.server.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The wire of chat completions as OpenAI has it. */
class OpenAiDialectTest {
    private static final String TOOLS = """
        "tools":[{"type":"function","function":{"name":"get_level","parameters":{"type":"object","properties":{
          "river":{"type":"string"},"days":{"type":"integer"}}}}}],\
        """.replace("\n", "");
    private static final String USAGE = "\"stream_options\":{\"include_usage\":true},";
    private static final String DELTA = "/choices/0/delta";
    private static final String CALL = DELTA + "/tool_calls/0";

    private static final int SEED = 7;

    private final ScriptedServer server = DemoServer.start(Pace.instant(), SEED);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aStreamIsFramesOfDataAndAMarkOfTheEnd() throws Exception {
        var response = OPENAI.post(server, OPENAI.asking("Tell me about rivers", ""));
        String stream = HttpDialectClient.text(response);

        assertThat(response.headers().firstValue("content-type").orElseThrow()).startsWith("text/event-stream");
        assertThat(stream).matches("(?:data: \\{[^\r\n]*\\}\n\n)+data: \\[DONE\\]\n\n");
        assertThat(OPENAI.words(OPENAI.chunks(stream)))
                .startsWith("A river begins")
                .endsWith("the same river.");
    }

    @Test
    void theRoleComesFirstThenTheWordsThenTheReason() throws Exception {
        List<JsonNode> chunks = OPENAI.chunks(OPENAI.post(server, OPENAI.asking("a haiku", "")));

        assertThat(chunks.getFirst().at(DELTA))
                .hasToString("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}");
        assertThat(chunks.getLast().at(DELTA)).hasToString("{}");
        for (JsonNode chunk : chunks) {
            boolean last = chunk.equals(chunks.getLast());
            assertThat(chunk.path("id").asString(""))
                    .matches("chatcmpl-\\w{29}")
                    .isEqualTo(joined(chunks.subList(0, 1), "/id"));
            assertThat(chunk.path("object").asString("")).isEqualTo("chat.completion.chunk");
            assertThat(chunk.path("created").asLong(0)).isPositive();
            assertThat(chunk.at("/choices/0/finish_reason").asString("null")).isEqualTo(last ? "stop" : "null");
            assertThat(chunk.has("usage")).isFalse();
        }
    }

    @Test
    void theUsageComesInAChunkWithoutChoicesIfItIsWanted() throws Exception {
        List<JsonNode> chunks = OPENAI.chunks(OPENAI.post(server, OPENAI.asking("a haiku", USAGE)));

        JsonNode usage = chunks.getLast().path("usage");
        assertThat(chunks.getLast().path("choices").size()).isZero();
        assertThat(usage.path("completion_tokens").asInt(0)).isEqualTo(chunks.size() - 3);
        assertThat(usage.path("total_tokens").asInt(0))
                .isEqualTo(usage.path("prompt_tokens").asInt(0) + chunks.size() - 3);
        assertThat(chunks.subList(0, chunks.size() - 1))
                .allSatisfy(chunk -> assertThat(chunk.path("usage").isNull()).isTrue());
    }

    @ParameterizedTest
    @CsvSource({"medium,true", "none,false"})
    void thoughtsComeInAFieldOfTheirOwn(String effort, boolean thinks) throws Exception {
        List<JsonNode> chunks = OPENAI.chunks(
                OPENAI.post(server, OPENAI.asking("rivers", USAGE + "\"reasoning_effort\":\"" + effort + "\",")));

        assertThat(joined(chunks, DELTA + "/reasoning_content").startsWith("They ask"))
                .isEqualTo(thinks);
        assertThat(OPENAI.words(chunks)).startsWith("A river begins");
        assertThat(chunks.getLast()
                                .at("/usage/completion_tokens_details/reasoning_tokens")
                                .asInt(0)
                        > 0)
                .isEqualTo(thinks);
    }

    @Test
    void aCallComesInFragmentsOfWhichTheFirstHasItsName() throws Exception {
        List<JsonNode> chunks = OPENAI.chunks(OPENAI.post(server, OPENAI.asking("How high is the Tejo?", TOOLS)));
        List<JsonNode> calls = chunks.stream()
                .filter(chunk -> chunk.at(DELTA).has("tool_calls"))
                .toList();

        assertThat(calls.getFirst().at(CALL + "/id").asString("")).matches("call_\\w{24}");
        assertThat(joined(calls, CALL + "/id")).hasSize(29);
        assertThat(joined(calls, CALL + "/type")).isEqualTo("function");
        assertThat(joined(calls, CALL + "/function/name")).isEqualTo("get_level");
        assertThat(calls)
                .hasSizeGreaterThan(4)
                .allSatisfy(
                        call -> assertThat(call.at(CALL + "/index").asInt(-1)).isZero());
        assertThat(calls.getFirst().at(CALL + "/function/arguments").asString("none"))
                .isEmpty();
        assertThat(joined(calls, CALL + "/function/arguments")).isEqualTo("{\"river\":\"Tejo\",\"days\":3}");
        assertThat(joined(chunks, "/choices/0/finish_reason")).isEqualTo("tool_calls");
        assertThat(OPENAI.words(chunks)).isEqualTo(Answers.BEFORE_A_TOOL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"none\"  | false",
                "\"auto\"  | true",
                "{\"type\":\"function\",\"function\":{\"name\":\"get_level\"}} | true",
                "{\"type\":\"function\",\"function\":{\"name\":\"another\"}} | false",
            })
    void theChoiceOfToolsIsRespected(String choice, boolean called) throws Exception {
        String stream = HttpDialectClient.text(
                OPENAI.post(server, OPENAI.asking("a haiku", TOOLS + "\"tool_choice\":" + choice + ",")));

        assertThat(stream.contains("tool_calls")).isEqualTo(called);
    }

    @Test
    void aResultIsAnsweredWithItsWords() throws Exception {
        String body = OPENAI.asking("How high?", TOOLS)
                .replace(
                        "\"How high?\"}",
                        "\"How high?\"},{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"call_1\",\"type\":"
                                + "\"function\",\"function\":{\"name\":\"get_level\",\"arguments\":\"{}\"}}]},"
                                + "{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"2.4 m\"}");
        List<JsonNode> chunks = OPENAI.chunks(OPENAI.post(server, body));

        assertThat(OPENAI.words(chunks)).contains("2.4 m");
        assertThat(joined(chunks, "/choices/0/finish_reason")).isEqualTo("stop");
    }

    @ParameterizedTest
    @CsvSource({"max_tokens", "max_completion_tokens"})
    void theMostTokensEndTheAnswerAndSaySo(String field) throws Exception {
        List<JsonNode> chunks =
                OPENAI.chunks(OPENAI.post(server, OPENAI.asking("rivers", USAGE + "\"" + field + "\":9,")));

        assertThat(chunks.getLast().at("/usage/completion_tokens").asInt(0)).isEqualTo(9);
        assertThat(joined(chunks, "/choices/0/finish_reason")).isEqualTo("length");
    }

    @Test
    void theAnswerThatIsNotStreamedSaysTheSame() throws Exception {
        String body = OPENAI.asking("How high is the Tejo?", USAGE + TOOLS + "\"reasoning_effort\":\"low\",");
        List<JsonNode> streamed = OPENAI.chunks(OPENAI.post(server, body));
        JsonNode whole;
        try (var same = DemoServer.start(Pace.instant(), SEED)) {
            whole = Wire.json(OPENAI.post(same, body.replace("true", "null")));
        }

        JsonNode message = whole.at("/choices/0/message");
        assertThat(whole.path("object").asString("")).isEqualTo("chat.completion");
        assertThat(message.path("content").asString("")).isEqualTo(OPENAI.words(streamed));
        assertThat(message.path("reasoning_content").asString(""))
                .isEqualTo(joined(streamed, DELTA + "/reasoning_content"));
        assertThat(message.at("/tool_calls/0/function/arguments").asString(""))
                .isEqualTo(joined(streamed, CALL + "/function/arguments"));
        assertThat(whole.at("/choices/0/finish_reason").asString("")).isEqualTo("tool_calls");
        assertThat(whole.path("usage")).isEqualTo(streamed.getLast().path("usage"));
    }

    @Test
    void theHeadersNameTheRequestAndTheRateLimits() throws Exception {
        var first = OPENAI.post(server, OPENAI.asking("hi", "")).headers();
        var second = OPENAI.post(server, OPENAI.asking("hi", "")).headers();

        assertThat(first.firstValue("x-request-id").orElseThrow()).matches("req_\\w{32}");
        for (String what : List.of("requests", "tokens")) {
            long left = first.firstValueAsLong("x-ratelimit-remaining-" + what).orElseThrow();
            assertThat(left)
                    .isLessThan(
                            first.firstValueAsLong("x-ratelimit-limit-" + what).orElseThrow());
            assertThat(second.firstValueAsLong("x-ratelimit-remaining-" + what).orElseThrow())
                    .isLessThan(left);
            assertThat(first.firstValue("x-ratelimit-reset-" + what)).contains("1m0s");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/chat/completions | {\"model\":       | 400 | null     | null        | not valid JSON",
                "/v1/chat/completions | {\"model\":\"m\"} | 400 | messages | null        | messages:",
                "/v1/responses        | {\"model\":\"m\"} | 400 | input    | null        | input:",
                "/v1/embeddings       | {}                | 404 | null     | unknown_url | POST /v1/embeddings",
            })
    void aRequestThatCannotBeRightIsRefusedAsTheRealServerDoes(
            String path, String body, int status, String field, String code, String message) throws Exception {
        var response = OPENAI.postTo(server, path, body);
        JsonNode error = Wire.json(response).path("error");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(error.path("type").asString("")).isEqualTo("invalid_request_error");
        assertThat(error.path("param")).hasToString(quoted(field));
        assertThat(error.path("code")).hasToString(quoted(code));
        assertThat(error.path("message").asString("")).contains(message);
    }

    @Test
    void aRequestWithoutAKeyIsRefused() throws Exception {
        var response = HttpDialectClient.GEMINI.postTo(server, OPENAI.path, OPENAI.asking("hi", ""));

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(Wire.json(response).at("/error/code").asString("")).isEqualTo("invalid_api_key");
    }

    private static String quoted(String word) {
        return word.equals("null") ? word : JsonMapper.shared().writeValueAsString(word);
    }
}
