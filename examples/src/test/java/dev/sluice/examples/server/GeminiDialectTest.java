package dev.sluice.examples.server;

import static dev.sluice.examples.server.HttpDialectClient.GEMINI;
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

/** Gemini's wire as the API has it. */
class GeminiDialectTest {
    private static final String TOOLS = """
        "tools":[{"functionDeclarations":[{"name":"get_level","parametersJsonSchema":{"type":"object","properties":{
          "river":{"type":"string"},"days":{"type":"integer"}}}}]}],\
        """.replace("\n", "");
    private static final String PART = "/candidates/0/content/parts/0";

    private static final int SEED = 7;

    private final ScriptedServer server = DemoServer.start(Pace.instant(), SEED);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aStreamIsFramesOfDataWithTwoCharactersPerLineEndAndNoMarkOfTheEnd() throws Exception {
        var response = GEMINI.post(server, GEMINI.asking("Tell me about rivers", ""));
        String stream = HttpDialectClient.text(response);

        assertThat(response.headers().firstValue("content-type").orElseThrow()).startsWith("text/event-stream");
        assertThat(stream).matches("(?:data: \\{[^\r\n]*\\}\r\n\r\n)+");
        assertThat(GEMINI.words(GEMINI.chunks(stream)))
                .startsWith("A river begins")
                .endsWith("the same river.");
    }

    @Test
    void eachChunkIsAWholeResponseThatCountsWhatWasSaidSoFar() throws Exception {
        List<JsonNode> chunks = GEMINI.chunks(GEMINI.post(server, GEMINI.asking("a haiku", "")));

        assertThat(chunks).hasSizeGreaterThan(10);
        for (int i = 0; i < chunks.size(); i++) {
            JsonNode chunk = chunks.get(i);
            JsonNode usage = chunk.path("usageMetadata");
            int said = Math.min(i + 1, chunks.size() - 1);
            assertThat(chunk.at("/candidates/0/content/role").asString("")).isEqualTo("model");
            assertThat(chunk.path("modelVersion").asString("")).isEqualTo("gemini-3.5-flash");
            assertThat(chunk.path("responseId")).isEqualTo(chunks.getFirst().path("responseId"));
            assertThat(usage.path("candidatesTokenCount").asInt(0)).isEqualTo(said);
            assertThat(usage.path("totalTokenCount").asInt(0))
                    .isEqualTo(usage.path("promptTokenCount").asInt(0) + said);
            assertThat(usage.has("thoughtsTokenCount")).isFalse();
        }
    }

    @Test
    void theLastChunkHasTheReasonAndAnEmptyTextWithTheSignature() throws Exception {
        List<JsonNode> chunks = GEMINI.chunks(GEMINI.post(server, GEMINI.asking("a haiku", "")));

        assertThat(chunks.getLast().at(PART + "/text").asString("none")).isEmpty();
        assertThat(chunks.getLast().at(PART + "/thoughtSignature").asString("")).hasSizeGreaterThan(100);
        assertThat(joined(chunks, "/candidates/0/finishReason")).isEqualTo("STOP");
        assertThat(chunks.getLast().at("/candidates/0").has("finishReason")).isTrue();
    }

    @Test
    void thoughtsArePartsWithAFlagAndCountByThemselves() throws Exception {
        List<JsonNode> chunks = GEMINI.chunks(GEMINI.post(
                server,
                GEMINI.asking("rivers", "\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":true}},")));

        assertThat(chunks.getFirst().at(PART + "/thought").asBoolean(false)).isTrue();
        assertThat(chunks.getFirst().path("usageMetadata").has("candidatesTokenCount"))
                .isFalse();
        long thoughts = chunks.stream()
                .filter(chunk -> chunk.at(PART + "/thought").asBoolean(false))
                .count();
        JsonNode usage = chunks.getLast().path("usageMetadata");
        assertThat(usage.path("thoughtsTokenCount").asLong(0)).isEqualTo(thoughts);
        assertThat(usage.path("candidatesTokenCount").asLong(0)).isEqualTo(chunks.size() - 1 - thoughts);
        assertThat(GEMINI.words(chunks)).contains("They ask:", "A river begins");
    }

    @ParameterizedTest
    @CsvSource({"\"includeThoughts\":false", "\"thinkingBudget\":0", "\"thinkingLevel\":\"HIGH\""})
    void thoughtsAreNotShownUnasked(String config) throws Exception {
        List<JsonNode> chunks = GEMINI.chunks(GEMINI.post(
                server, GEMINI.asking("rivers", "\"generationConfig\":{\"thinkingConfig\":{" + config + "}},")));

        assertThat(GEMINI.words(chunks)).startsWith("A river begins");
    }

    @Test
    void aCallIsOnePartWholeAndSignedWithoutAnId() throws Exception {
        List<JsonNode> chunks = GEMINI.chunks(GEMINI.post(server, GEMINI.asking("How high is the Tejo?", TOOLS)));

        JsonNode call = chunks.get(chunks.size() - 2).at(PART);
        assertThat(call.path("functionCall"))
                .hasToString("{\"name\":\"get_level\",\"args\":{\"river\":\"Tejo\",\"days\":3}}");
        assertThat(call.path("thoughtSignature").asString("")).hasSizeGreaterThan(100);
        assertThat(chunks.getLast().at(PART)).hasToString("{\"text\":\"\"}");
        assertThat(joined(chunks, "/candidates/0/finishReason")).isEqualTo("STOP");
        assertThat(GEMINI.words(chunks)).isEqualTo(Answers.BEFORE_A_TOOL);
    }

    @ParameterizedTest
    @CsvSource({"NONE,get_level,false", "ANY,get_level,true", "ANY,another,false"})
    void theChoiceOfToolsIsRespected(String mode, String name, boolean called) throws Exception {
        String choice = "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"" + mode
                + "\",\"allowedFunctionNames\":[\"" + name + "\"]}},";
        String stream = HttpDialectClient.text(GEMINI.post(server, GEMINI.asking("a haiku", TOOLS + choice)));

        assertThat(stream.contains("functionCall")).isEqualTo(called);
    }

    @Test
    void aResultIsAnsweredWithItsWordsIfTheCallComesBackSigned() throws Exception {
        String body = GEMINI.asking("How high?", TOOLS)
                .replace(
                        "}]}]}",
                        "}]},{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"get_level\",\"args\":{}},"
                                + "\"thoughtSignature\":\"abc\"}]},{\"role\":\"user\",\"parts\":[{\"functionResponse\":"
                                + "{\"name\":\"get_level\",\"response\":{\"output\":\"2.4 m\"}}}]}]}");

        assertThat(GEMINI.words(GEMINI.chunks(GEMINI.post(server, body)))).contains("2.4 m");

        var refused = GEMINI.post(server, body.replace("\"abc\"", "\"\""));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Wire.json(refused).at("/error/message").asString("")).contains("thought_signature", "get_level");
    }

    @Test
    void theMostTokensEndAnAnswerWithoutParts() throws Exception {
        List<JsonNode> chunks = GEMINI.chunks(
                GEMINI.post(server, GEMINI.asking("rivers", "\"generationConfig\":{\"maxOutputTokens\":9},")));

        assertThat(chunks).hasSize(10);
        assertThat(chunks.getLast().at("/candidates/0"))
                .hasToString("{\"content\":{\"role\":\"model\"},\"finishReason\":\"MAX_TOKENS\",\"index\":0}");
    }

    @Test
    void aCutCallDoesNotCome() throws Exception {
        String body = GEMINI.asking("How high?", TOOLS + "\"generationConfig\":{\"maxOutputTokens\":8},");

        assertThat(HttpDialectClient.text(GEMINI.post(server, body)))
                .contains("MAX_TOKENS")
                .doesNotContain("functionCall");
    }

    @Test
    void theAnswerThatIsNotStreamedSaysTheSame() throws Exception {
        String more = TOOLS + "\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":true}},";
        String body = GEMINI.asking("How high is the Tejo?", more);
        List<JsonNode> streamed = GEMINI.chunks(GEMINI.post(server, body));
        JsonNode whole;
        try (var same = DemoServer.start(Pace.instant(), SEED)) {
            whole = Wire.json(GEMINI.postTo(same, GEMINI.path.replace("streamG", "g"), body));
        }

        JsonNode parts = whole.at("/candidates/0/content/parts");
        assertThat(parts.path(0).path("thought").asBoolean(false)).isTrue();
        assertThat(parts.path(0).path("text").asString("")
                        + parts.path(1).path("text").asString(""))
                .isEqualTo(GEMINI.words(streamed));
        assertThat(parts.path(2).path("functionCall"))
                .isEqualTo(streamed.get(streamed.size() - 2).at(PART + "/functionCall"));
        assertThat(whole.at("/candidates/0/finishReason").asString("")).isEqualTo("STOP");
        assertThat(whole.path("usageMetadata")).isEqualTo(streamed.getLast().path("usageMetadata"));
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"contents\":[{\"parts\":[{\"text\":\"hello\"}]}]}'",
        "'{\"generateContentRequest\":{\"contents\":[]}}'"
    })
    void tokensAreCountedWithoutAnAnswer(String body) throws Exception {
        JsonNode count = Wire.json(GEMINI.postTo(server, "/v1beta/models/gemini-3.5-flash:countTokens", body));

        assertThat(count.path("totalTokens").asInt(0)).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "m:generateContent       | {\"contents\":  | 400 | INVALID_ARGUMENT | not valid JSON",
                "m:generateContent       | {\"contents\":[]} | 400 | INVALID_ARGUMENT | contents:",
                "m:streamGenerateContent | {\"contents\":[1]} | 400 | INVALID_ARGUMENT | alt:",
                "m:paintContent          | {} | 404 | NOT_FOUND | m:paintContent",
                "m                       | {} | 404 | NOT_FOUND | POST /v1beta/models/m",
            })
    void aRequestThatCannotBeRightIsRefusedAsTheRealServerDoes(
            String method, String body, int status, String name, String message) throws Exception {
        var response = GEMINI.postTo(server, "/v1beta/models/" + method, body);
        JsonNode error = Wire.json(response).path("error");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(error.path("code").asInt(0)).isEqualTo(status);
        assertThat(error.path("status").asString("")).isEqualTo(name);
        assertThat(error.path("message").asString("")).contains(message);
    }

    @Test
    void aRequestWithoutAKeyIsRefused() throws Exception {
        var response = HttpDialectClient.OPENAI.postTo(server, GEMINI.path, GEMINI.asking("hi", ""));

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(Wire.json(response).at("/error/status").asString("")).isEqualTo("PERMISSION_DENIED");
    }
}
