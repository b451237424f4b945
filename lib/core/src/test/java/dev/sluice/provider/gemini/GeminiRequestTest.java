package dev.sluice.provider.gemini;

import static dev.sluice.provider.wire.Requests.gemini;
import static dev.sluice.provider.wire.Requests.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.wire.Requests;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeminiRequestTest {
    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{\"n\":{\"minimum\":1.0}}}";
    private static final ToolDefinition FIND = ToolDefinition.of("find", "Finds.", SCHEMA);

    @Test
    void aRequestNeedsNothingButItsWords() {
        assertThat(gemini(ask())).isEqualTo(json("{'contents':[{'role':'user','parts':[{'text':'Hi'}]}]}"));
    }

    @Test
    void everythingHasItsPlace() {
        var request = ask().system(List.of(new Text("Be brief."), new Text("Be kind.")))
                .maxTokens(2048)
                .temperature(0.5)
                .topP(0.9)
                .topK(40)
                .stopSequences("END", "\nEND")
                .thinking(new ThinkingMode.Budget(512, true))
                .outputSchema(SCHEMA)
                .serviceTier("flex")
                .tool(FIND)
                .tool(new ToolDefinition("now", null, null, Map.of()))
                .tool(ToolDefinition.server("googleSearch", "search"))
                .tool(ToolDefinition.server("fileSearch", "files").with("fileSearchStoreNames", "[\"s\"]"))
                .toolChoice(ToolChoice.tool("find"));
        assertThat(gemini(request)).isEqualTo(json("""
            {'systemInstruction':{'parts':[{'text':'Be brief.'},{'text':'Be kind.'}]},
             'contents':[{'role':'user','parts':[{'text':'Hi'}]}],
             'tools':[
              {'functionDeclarations':[
               {'name':'find','description':'Finds.','parametersJsonSchema':
                {'type':'object','properties':{'n':{'minimum':1.0}}}},
               {'name':'now'}]},
              {'googleSearch':{}},
              {'fileSearch':{'fileSearchStoreNames':['s']}}],
             'toolConfig':{'functionCallingConfig':{'mode':'ANY','allowedFunctionNames':['find']}},
             'generationConfig':{'maxOutputTokens':2048,'temperature':0.5,'topP':0.9,'topK':40,
              'stopSequences':['END','\\nEND'],'responseMimeType':'application/json',
              'responseJsonSchema':{'type':'object','properties':{'n':{'minimum':1.0}}},
              'thinkingConfig':{'includeThoughts':true,'thinkingBudget':512}},
             'serviceTier':'flex'}
            """));
    }

    @Test
    void aSchemaIsSentAsItIs() {
        assertThat(raw(ask().tool(FIND))).contains("\"parametersJsonSchema\":" + SCHEMA);
        assertThat(raw(ask().outputSchema(SCHEMA))).contains("\"responseJsonSchema\":" + SCHEMA);
    }

    @Test
    void fieldsOfAToolAreSentAndItsOlderSchemaTakesThePlaceOfTheOther() {
        assertThat(gemini(ask().tool(FIND.with("behavior", "\"BLOCKING\"").with("parameters", "{\"type\":\"OBJECT\"}")))
                        .get("tools"))
                .isEqualTo(json("{'t':[{'functionDeclarations':[{'name':'find','description':'Finds.',"
                                + "'behavior':'BLOCKING','parameters':{'type':'OBJECT'}}]}]}")
                        .get("t"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "off              |         | {'thinkingBudget':0}",
                "adaptive         |         | {'includeThoughts':true,'thinkingBudget':-1}",
                "adaptive, hidden |         | {'includeThoughts':false,'thinkingBudget':-1}",
                "budget           |         | {'includeThoughts':true,'thinkingBudget':512}",
                "adaptive         | low     | {'includeThoughts':true,'thinkingLevel':'LOW'}",
                "                 | minimal | {'thinkingLevel':'MINIMAL'}",
                "                 | HIGH    | {'thinkingLevel':'HIGH'}",
            })
    void thinkingIsABudgetOrALevel(String thinking, String effort, String expected) {
        var request = ask();
        switch (String.valueOf(thinking)) {
            case "off" -> request.thinking(new ThinkingMode.Off());
            case "adaptive" -> request.thinking(new ThinkingMode.Adaptive(true));
            case "adaptive, hidden" -> request.thinking(new ThinkingMode.Adaptive(false));
            case "budget" -> request.thinking(new ThinkingMode.Budget(512, true));
            default -> {}
        }
        if (effort != null) {
            request.effort(effort);
        }
        assertThat(gemini(request).get("generationConfig")).isEqualTo(Map.of("thinkingConfig", json(expected)));
    }

    @ParameterizedTest
    @CsvSource({"AUTO", "ANY", "NONE"})
    void aChoiceIsAMode(ToolChoice.Mode mode) {
        assertThat(gemini(ask().tool(FIND).toolChoice(new ToolChoice(mode, null, true)))
                        .get("toolConfig"))
                .isEqualTo(json("{'functionCallingConfig':{'mode':'" + mode + "'}}"));
    }

    @Test
    void withoutFunctionsThereIsNoChoice() {
        assertThat(gemini(ask().toolChoice(ToolChoice.AUTO))).containsOnlyKeys("contents");
        assertThat(gemini(ask().tool(ToolDefinition.server("googleSearch", "s")).toolChoice(ToolChoice.NONE)))
                .containsOnlyKeys("contents", "tools");
    }

    @Test
    void safetySettingsAreThoseOfTheProviderOrOfTheRequest() {
        var careful = Gemini.builder()
                .apiKey("k")
                .safety("HARM_CATEGORY_HARASSMENT", "OFF")
                .safety("HARM_CATEGORY_HATE_SPEECH", "BLOCK_NONE")
                .safety("HARM_CATEGORY_HARASSMENT", "BLOCK_ONLY_HIGH")
                .build();
        assertThat(body(careful, ask()).get("safetySettings"))
                .isEqualTo(json("{'s':[{'category':'HARM_CATEGORY_HARASSMENT','threshold':'BLOCK_ONLY_HIGH'},"
                                + "{'category':'HARM_CATEGORY_HATE_SPEECH','threshold':'BLOCK_NONE'}]}")
                        .get("s"));
        assertThat(body(careful, ask().put("safetySettings", List.of())).get("safetySettings"))
                .isEqualTo(List.of());
    }

    @Test
    void fieldsOfTheCallersAreMergedIntoOursAndWin() {
        var request = ask().maxTokens(100)
                .temperature(1)
                .thinking(new ThinkingMode.Budget(9, true))
                .tool(FIND)
                .toolChoice(ToolChoice.ANY)
                .put("cachedContent", "cachedContents/x")
                .put(
                        "generationConfig",
                        Map.of("seed", 7, "temperature", 0.25, "thinkingConfig", Map.of("thinkingBudget", -1)))
                .put("toolConfig", Map.of("includeServerSideToolInvocations", true));
        assertThat(gemini(request))
                .containsEntry("cachedContent", "cachedContents/x")
                .containsEntry(
                        "generationConfig",
                        json("{'maxOutputTokens':100,'temperature':0.25,'seed':7,"
                                + "'thinkingConfig':{'includeThoughts':true,'thinkingBudget':-1}}"))
                .containsEntry(
                        "toolConfig",
                        json("{'functionCallingConfig':{'mode':'ANY'},'includeServerSideToolInvocations':true}"));
    }

    @Test
    void aFieldOfTheCallersThatIsNoObjectTakesThePlaceOfOurs() {
        assertThat(gemini(ask().maxTokens(100).put("generationConfig", "x"))).containsEntry("generationConfig", "x");
        assertThat(gemini(ask().put("generationConfig", Map.of("seed", 7))))
                .containsEntry("generationConfig", Map.of("seed", 7));
        assertThat(gemini(ask().put("contents", List.of())
                        .put("tools", List.of(1))
                        .put("systemInstruction", "s")
                        .system("t")
                        .tool(FIND)))
                .isEqualTo(json("{'contents':[],'tools':[1],'systemInstruction':'s'}"));
    }

    @Test
    void aFieldIsWrittenOnce() {
        String raw = raw(ask().maxTokens(100).put("generationConfig", Map.of("maxOutputTokens", 1)));
        assertThat(raw.split("maxOutputTokens", -1)).hasSize(2);
        assertThat(raw.split("generationConfig", -1)).hasSize(2);
    }

    @Test
    void aCountIsOfTheWholeRequest() {
        var request = ask().system("Be brief.").tool(FIND).maxTokens(9);
        byte[] body =
                Requests.GEMINI.countRequest(request.build()).orElseThrow().body();
        Map<String, Object> counted = Json.readObject(new String(body, StandardCharsets.UTF_8));
        assertThat(counted).containsOnlyKeys("generateContentRequest");
        var expected = new java.util.HashMap<>(gemini(request));
        expected.put("model", "models/gemini-3-pro");
        assertThat(counted.get("generateContentRequest")).isEqualTo(expected);
    }

    @Test
    void halfASurrogatePairDoesNotBreakTheBody() {
        assertThat(gemini(MessageRequest.builder().model("m").user("a\uD83D")).toString())
                .contains("a\uFFFD");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "candidateCount  | generationConfig.candidateCount: must be 1",
                "cacheFor        | cacheFor: Gemini caches by itself",
                "userId          | userId: Gemini takes none",
                "one at a time   | toolChoice: Gemini has no setting to call one tool at a time",
            })
    void whatHasNoWordsIsNamed(String what, String message) {
        MessageRequest.Builder request = wrong(what);
        assertThatThrownBy(() -> gemini(request))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    private static MessageRequest.Builder wrong(String what) {
        return switch (what) {
            case "candidateCount" -> ask().put("generationConfig", Map.of("candidateCount", 2));
            case "cacheFor" -> ask().cacheFor(java.time.Duration.ofMinutes(5));
            case "userId" -> ask().userId("u");
            case "one at a time" -> ask().tool(FIND).toolChoice(ToolChoice.AUTO.oneAtATime());
            default -> throw new AssertionError(what);
        };
    }

    @Test
    void whatTheCallerSetsRawIsTheCallersOwnAffair() {
        assertThat(gemini(ask().toolChoice(ToolChoice.ANY.oneAtATime()).put("toolConfig", Map.of())))
                .containsKey("toolConfig");
        assertThat(gemini(ask().put("generationConfig", "x"))).containsEntry("generationConfig", "x");
        assertThat(gemini(ask().toolChoice(ToolChoice.ANY).put("tools", List.of())))
                .containsEntry("toolConfig", json("{'functionCallingConfig':{'mode':'ANY'}}"));
    }

    /** A limit of today would refuse what the API takes tomorrow. */
    @Test
    void whatCanBeWrittenIsTheServersToJudge() {
        assertThat(gemini(ask().maxTokens(0)
                                .stopSequences("1", "2", "3", "4", "5", "6")
                                .effort("low")
                                .thinking(new ThinkingMode.Off()))
                        .get("generationConfig"))
                .isEqualTo(json("{'maxOutputTokens':0,'stopSequences':['1','2','3','4','5','6'],"
                        + "'thinkingConfig':{'thinkingBudget':0,'thinkingLevel':'LOW'}}"));
        assertThat(gemini(ask().toolChoice(ToolChoice.tool("other"))))
                .containsEntry(
                        "toolConfig",
                        json("{'functionCallingConfig':{'mode':'ANY','allowedFunctionNames':['other']}}"));
        assertThat(gemini(ask().tool(ToolDefinition.of("get:weather", "", "{}"))))
                .containsKey("tools");
    }

    private static MessageRequest.Builder ask() {
        return MessageRequest.builder().model("gemini-3-pro").user("Hi");
    }

    private static String raw(MessageRequest.Builder request) {
        return new String(Requests.GEMINI.streamRequest(request.build()).body(), StandardCharsets.UTF_8);
    }

    private static Map<String, Object> body(Gemini gemini, MessageRequest.Builder request) {
        return Json.readObject(new String(gemini.streamRequest(request.build()).body(), StandardCharsets.UTF_8));
    }
}
