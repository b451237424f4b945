package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.ResponsesWire.body;
import static dev.sluice.provider.openai.ResponsesWire.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.message.Usage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request for a response says. How a recorded answer goes back is in {@link ResponsesLawTest}. */
class ResponsesRequestTest {
    private static final ToolDefinition LEVEL = ToolDefinition.of("level", "The level", "{\"type\":\"object\"}");

    private static final OpenAi STATEFUL =
            OpenAi.builder().apiKey("k").stateful(true).build();

    private static MessageRequest.Builder minimal() {
        return MessageRequest.builder().model("m").user("Hi");
    }

    private static Message answer(String id, FinishReason finish, ContentBlock... content) {
        return new Message(
                id, Role.ASSISTANT, "m", OpenAi.NAME, List.of(content), finish, "x", null, Usage.NONE, Map.of());
    }

    @Test
    void aMinimalRequestKeepsNothingOnTheServerAndAsksForWhatHasToGoBack() {
        assertThat(body(minimal())).isEqualTo(json("""
            {'model':'m','stream':true,'store':false,'include':['reasoning.encrypted_content'],
             'input':[{'role':'user','content':'Hi'}]}\
            """));
        byte[] whole = ResponsesWire.OPENAI
                .wholeRequest(minimal().build())
                .orElseThrow()
                .body();
        assertThat(Json.readObject(new String(whole, StandardCharsets.UTF_8))).doesNotContainKey("stream");
    }

    @Test
    void aRequestWithNearlyEverything() {
        var request = minimal()
                .maxTokens(2048)
                .system("Answer in metric units.")
                .temperature(0.5)
                .topP(0.9)
                .tool(LEVEL)
                .toolChoice(ToolChoice.tool("level").oneAtATime())
                .effort("low")
                .thinking(new ThinkingMode.Adaptive(true))
                .outputSchema("{\"type\":\"object\"}")
                .userId("u-9f2")
                .serviceTier("flex")
                .put("text", Map.of("verbosity", "low"))
                .put("reasoning", Map.of("context", "all_turns"))
                .put("prompt_cache_key", "k");
        assertThat(body(request)).isEqualTo(json("""
            {'model':'m','stream':true,'store':false,'include':['reasoning.encrypted_content'],
             'max_output_tokens':2048,'temperature':0.5,'top_p':0.9,'safety_identifier':'u-9f2','service_tier':'flex',
             'instructions':'Answer in metric units.','input':[{'role':'user','content':'Hi'}],
             'tools':[{'type':'function','name':'level','description':'The level','parameters':{'type':'object'},
                       'strict':false}],
             'tool_choice':{'type':'function','name':'level'},'parallel_tool_calls':false,
             'reasoning':{'effort':'low','summary':'auto','context':'all_turns'},
             'text':{'format':{'type':'json_schema','name':'answer','strict':true,'schema':{'type':'object'}},
                     'verbosity':'low'},
             'prompt_cache_key':'k'}\
            """));
    }

    @Test
    void instructionsThatAreMoreThanWordsAreAMessage() {
        assertThat(body(minimal().system(List.of(new Text("A"), new Text("B")))))
                .containsEntry("instructions", "A\n\nB");
        assertThat(body(minimal()
                        .system(List.of(new Text("A", List.of(), Map.of("prompt_cache_breakpoint", "{\"x\":1}"))))))
                .doesNotContainKey("instructions")
                .containsEntry("input", json("""
                    [{'role':'system','content':[{'type':'input_text','text':'A','prompt_cache_breakpoint':{'x':1}}]},
                     {'role':'user','content':'Hi'}]\
                    """));
    }

    @Test
    void aCountHasOnlyWhatCounts() {
        var request = minimal()
                .maxTokens(5)
                .temperature(1)
                .system("S")
                .tool(LEVEL)
                .put("metadata", Map.of())
                .put("truncation", "auto");
        byte[] body =
                ResponsesWire.OPENAI.countRequest(request.build()).orElseThrow().body();
        assertThat(Json.readObject(new String(body, StandardCharsets.UTF_8)))
                .containsOnlyKeys("model", "instructions", "input", "tools", "truncation");
        assertThat(ResponsesWire.OPENAI.tokenCount("{\"object\":\"response.input_tokens\",\"input_tokens\":11}"))
                .isEqualTo(11);
    }

    @Test
    void toolsOfTheServicesAreTheirFieldsAndCustomOnesHaveANameToo() {
        var custom = ToolDefinition.server("custom", "sql").with("format", "{\"type\":\"text\"}");
        var request = minimal()
                .tool(ToolDefinition.server("web_search", "web_search").with("search_context_size", "\"low\""))
                .tool(custom)
                .tool(LEVEL.with("strict", "true"));
        assertThat(body(request)).containsEntry("tools", json("""
            [{'type':'web_search','search_context_size':'low'},
             {'type':'custom','name':'sql','format':{'type':'text'}},
             {'type':'function','name':'level','description':'The level','parameters':{'type':'object'},'strict':true}]\
            """));
        assertThat(body(request.toolChoice(ToolChoice.tool("sql"))))
                .containsEntry("tool_choice", json("{'type':'custom','name':'sql'}"));
        assertThat(body(request.toolChoice(ToolChoice.tool("web_search"))))
                .containsEntry("tool_choice", json("{'type':'web_search'}"));
        assertThat(body(request.toolChoice(ToolChoice.ANY))).containsEntry("tool_choice", "required");
        assertThat(body(request.toolChoice(ToolChoice.NONE))).containsEntry("tool_choice", "none");
    }

    @Test
    void thinkingThatIsOffIsNoEffort() {
        assertThat(body(minimal().thinking(new ThinkingMode.Off())))
                .containsEntry("reasoning", json("{'effort':'none'}"));
        assertThat(body(minimal().thinking(new ThinkingMode.Adaptive(false)))).doesNotContainKey("reasoning");
    }

    @Test
    void resultsComeFirstWithTheirPicturesAndFiles() {
        var request = MessageRequest.builder()
                .model("m")
                .user(
                        new Text("Look"),
                        new Image(MediaSource.bytes("image/png", new byte[] {1})),
                        new Document(new MediaSource.FileId("file_1")),
                        new Document(MediaSource.bytes("application/pdf", new byte[] {1})),
                        new Document(new MediaSource.PlainText("page"), "T", "C", false, Map.of()),
                        new ContentBlock.Unknown("mcp_approval_response", "{\"type\":\"mcp_approval_response\"}"),
                        new ContentBlock.Unknown("input_audio", "{\"type\":\"input_audio\"}"),
                        new ToolResult(
                                "call_1",
                                List.of(new Text("x"), new Image(new MediaSource.Url("http://a/b.png"))),
                                true,
                                Map.of()),
                        new ToolResult("call_2", List.of(), false, Map.of()));
        assertThat(body(request)).containsEntry("input", json("""
            [{'type':'mcp_approval_response'},
             {'type':'function_call_output','call_id':'call_1','output':[
                {'type':'input_text','text':'x'},{'type':'input_image','image_url':'http://a/b.png'}]},
             {'type':'function_call_output','call_id':'call_2','output':''},
             {'role':'user','content':[{'type':'input_text','text':'Look'},
                {'type':'input_image','image_url':'data:image/png;base64,AQ=='},
                {'type':'input_file','file_id':'file_1'},
                {'type':'input_file','filename':'document.pdf','file_data':'data:application/pdf;base64,AQ=='},
                {'type':'input_text','text':'T\\n\\nC\\n\\npage'},
                {'type':'input_audio'}]}]\
            """));
    }

    @Test
    void theResultOfACustomToolSaysSo() {
        var call = new ToolUse("call_1", "sql", "{\"input\":\"select\"}", Map.of("type", "\"custom_tool_call\""));
        var request =
                minimal().message(answer("r1", FinishReason.TOOL_CALLS, call)).user(new ToolResult("call_1", "4"));
        assertThat(body(request)).containsEntry("input", json("""
            [{'role':'user','content':'Hi'},
             {'type':'custom_tool_call','call_id':'call_1','name':'sql','input':'select'},
             {'type':'custom_tool_call_output','call_id':'call_1','output':'4'}]\
            """));
        assertThat((List<?>) body(STATEFUL, request).get("input"))
                .isEqualTo(json("[{'type':'custom_tool_call_output','call_id':'call_1','output':'4'}]"));
    }

    @Test
    void thoughtsGoBackOnlyIfTheServerCanReadThem() {
        Map<String, String> id = Map.of("id", "\"rs_1\"");
        var answer = answer(
                "r1",
                FinishReason.STOP,
                new Thinking("summary only", null, id),
                new Thinking("", "E", id),
                new Text("Hi"),
                new Thinking("", "nothing follows", id));
        assertThat(ResponsesWire.items(answer))
                .isEqualTo(
                        json(
                                "[{'type':'reasoning','id':'rs_1','summary':[],'encrypted_content':'E'},{'role':'assistant','content':'Hi'}]"));
        List<?> kept =
                (List<?>) body(minimal().message(answer).put("store", true)).get("input");
        assertThat(kept).hasSize(4);
    }

    /** DeepSeek takes what stands behind a call for the end of it, and then misses its result. OpenAI wants the order kept. */
    @ParameterizedTest
    @CsvSource({
        "https://api.deepseek.com, reasoning message message function_call custom_tool_call",
        "https://api.openai.com/v1, reasoning function_call message custom_tool_call message"
    })
    void callsComeLastWhereTheServerWantsIt(String url, String order) {
        Message answer = answer(
                "r",
                FinishReason.TOOL_CALLS,
                new Thinking("Hm", null, Map.of("type", "\"reasoning_text\"")),
                new ToolUse("c1", "level", "{}", Map.of()),
                new Text("One more.", List.of(), Map.of("id", "\"m1\"")),
                new ToolUse("c2", "level", "{\"input\":\"x\"}", Map.of("type", "\"custom_tool_call\"")),
                new Text("So.", List.of(), Map.of("id", "\"m2\"")));
        var request = minimal().message(answer).user(new ToolResult("c1", "4 m"), new ToolResult("c2", "5 m"));
        var items = (List<?>)
                body(OpenAi.builder().apiKey("k").baseUrl(url).build(), request).get("input");
        assertThat(items.stream().map(item -> "" + ((Map<?, ?>) item).get("type")))
                .containsExactly(("null " + order + " function_call_output custom_tool_call_output").split(" "));
    }

    @Test
    void anAnswerThatWasCutSaysSo() {
        var answer = answer(
                "r1",
                FinishReason.LENGTH,
                new Text("Hi", List.of(), Map.of("id", "\"m1\"")),
                new ToolUse("call_1", "level", "{\"a\":", Map.of()));
        assertThat(ResponsesWire.items(answer)).isEqualTo(json("""
            [{'type':'message','id':'m1','status':'completed','role':'assistant',
              'content':[{'type':'output_text','text':'Hi','annotations':[]}]},
             {'type':'function_call','call_id':'call_1','name':'level','arguments':'{\\"INVALID_JSON\\":\\"{\\\\\\"a\\\\\\":\\"}'}]\
            """));
    }

    @Test
    void whatTheServerKnowsIsNotSentAgain() {
        var request = minimal()
                .system("S")
                .message(answer("r1", FinishReason.STOP, new Text("One")))
                .user("And?")
                .message(answer("r2", FinishReason.STOP, new Text("Two")))
                .user("So?");
        assertThat(body(STATEFUL, request))
                .containsEntry("previous_response_id", "r2")
                .containsEntry("store", true)
                .containsEntry("instructions", "S")
                .doesNotContainKey("include")
                .containsEntry("input", json("[{'role':'user','content':'So?'}]"));
        assertThat(body(request.put("previous_response_id", "r1")))
                .containsEntry("store", false)
                .containsEntry("input", json("""
                    [{'role':'user','content':'And?'},{'role':'assistant','content':'Two'},
                     {'role':'user','content':'So?'}]\
                    """));
        assertThat((List<?>) body(request.put("previous_response_id", "r0")).get("input"))
                .as("of an answer that the conversation does not have nothing is known")
                .hasSize(5);
        assertThat(body(STATEFUL, minimal())).doesNotContainKey("previous_response_id");
        assertThat(body(minimal().put("background", true))).containsEntry("store", true);
    }

    @ParameterizedTest
    @CsvSource({
        "stopSequences, chatCompletions",
        "topK, top_k",
        "thinking, effort",
        "maxTokens, at least 1",
        "toolChoice, has none",
        "stream, is always true"
    })
    void whatThereIsNoFieldForIsNamed(String field, String why) {
        Map<String, UnaryOperator<MessageRequest.Builder>> wrong = Map.of(
                "stopSequences",
                request -> request.stopSequences("END"),
                "topK",
                request -> request.topK(3),
                "thinking",
                request -> request.thinking(new ThinkingMode.Budget(100, true)),
                "maxTokens",
                request -> request.maxTokens(0),
                "toolChoice",
                request -> request.toolChoice(ToolChoice.ANY),
                "stream",
                request -> request.put("stream", false));
        assertThatThrownBy(() -> body(wrong.get(field).apply(minimal())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(field + ": ")
                .hasMessageContaining(why);
    }

    @Test
    void aBlockThatIsMisplacedIsNamed() {
        assertThatThrownBy(() -> body(minimal().user(new ToolUse("c", "level", "{}", Map.of()))))
                .hasMessage("messages[1].content[0]: a user message takes no ToolUse");
        assertThatThrownBy(() -> body(minimal().message(Message.of(Role.SYSTEM, List.of(new ToolResult("c", "x"))))))
                .hasMessage("messages[1].content[0]: a system message takes no ToolResult");
    }
}
