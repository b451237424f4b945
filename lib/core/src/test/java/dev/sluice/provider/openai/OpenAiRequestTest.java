package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.OpenAiWire.body;
import static dev.sluice.provider.openai.OpenAiWire.json;
import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenAiRequestTest {
    private static final ToolDefinition WEATHER =
            ToolDefinition.of("get_weather", "Current weather", "{\"type\":\"object\"}");

    @Test
    void theSmallestRequest() {
        assertThat(body(MessageRequest.builder().model("m").user("Hi"))).isEqualTo(json("""
            {'model':'m','stream':true,'stream_options':{'include_usage':true},
             'messages':[{'role':'user','content':'Hi'}]}\
            """));
    }

    @Test
    void anAnswerThatIsNotStreamedIsAskedForWithoutTheFieldsOfAStream() {
        byte[] body =
                OpenAiWire.OPENAI.wholeRequest(minimal().build()).orElseThrow().body();
        assertThat(Json.readObject(new String(body, StandardCharsets.UTF_8)))
                .isEqualTo(
                        json("{'model':'m','max_completion_tokens':100,'messages':[{'role':'user','content':'Hi'}]}"));
    }

    @Test
    void aRequestWithNearlyEverything() {
        var request = MessageRequest.builder()
                .model("gpt-5.1")
                .maxTokens(2048)
                .system("Answer in metric units.")
                .user("How warm is Porto?")
                .stopSequences("END", "###")
                .temperature(0.5)
                .topP(0.9)
                .topK(40)
                .tool(ToolDefinition.of("get_weather", "Current weather", """
                    {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}\
                    """).with("strict", "true"))
                .toolChoice(ToolChoice.tool("get_weather").oneAtATime())
                .effort("high")
                .outputSchema("{\"type\":\"object\"}")
                .userId("u-9f2")
                .serviceTier("flex")
                .put("seed", 7);
        assertThat(body(request)).isEqualTo(json("""
            {'model':'gpt-5.1','stream':true,'stream_options':{'include_usage':true},'max_completion_tokens':2048,
             'messages':[{'role':'system','content':'Answer in metric units.'},
                         {'role':'user','content':'How warm is Porto?'}],
             'stop':['END','###'],'temperature':0.5,'top_p':0.9,'top_k':40,
             'tools':[{'type':'function','function':{'name':'get_weather','description':'Current weather',
                       'parameters':{'type':'object','properties':{'city':{'type':'string'}},'required':['city']},
                       'strict':true}}],
             'tool_choice':{'type':'function','function':{'name':'get_weather'}},'parallel_tool_calls':false,
             'reasoning_effort':'high',
             'response_format':{'type':'json_schema','json_schema':
                {'name':'answer','strict':true,'schema':{'type':'object'}}},
             'user':'u-9f2','service_tier':'flex','seed':7}\
            """));
    }

    @Test
    void instructionsHaveTheRoleThatIsSet() {
        var request = minimal()
                .system(List.of(new Text("A"), new Text("B", List.of(), Map.of("x", "1"))))
                .message(Message.of(Role.SYSTEM, List.of(new Text("C"))))
                .build();
        var developer = OpenAiChatCompletions.builder()
                .apiKey("k")
                .systemRole("developer")
                .build();
        assertThat(body(developer, request).get("messages")).isEqualTo(json("""
            [{'role':'developer','content':[{'type':'text','text':'A'},{'type':'text','text':'B','x':1}]},
             {'role':'user','content':'Hi'},{'role':'developer','content':'C'}]\
            """));
    }

    @Test
    void usageIsNotAskedForOfAServerThatRejectsTheField() {
        var plain =
                OpenAiChatCompletions.builder().apiKey("k").streamUsage(false).build();
        assertThat(body(plain, minimal().build())).doesNotContainKey("stream_options");
    }

    @Test
    void eachToolChoiceHasItsWord() {
        var choices = Map.of(
                ToolChoice.AUTO,
                "'auto'",
                ToolChoice.ANY,
                "'required'",
                ToolChoice.NONE,
                "'none'",
                ToolChoice.tool("get_weather"),
                "{'type':'function','function':{'name':'get_weather'}}");
        choices.forEach(
                (choice, wire) -> assertThat(body(minimal().tool(WEATHER).toolChoice(choice)))
                        .containsEntry("tool_choice", json(wire))
                        .doesNotContainKey("parallel_tool_calls"));
        assertThat(body(minimal().tool(WEATHER).toolChoice(ToolChoice.AUTO.oneAtATime())))
                .containsEntry("parallel_tool_calls", false);
        assertThat(body(minimal().tool(WEATHER).toolChoice(ToolChoice.NONE.oneAtATime())))
                .doesNotContainKey("parallel_tool_calls");
    }

    @Test
    void aChoiceWithoutToolsIsNotSent() {
        assertThat(body(minimal().toolChoice(ToolChoice.AUTO.oneAtATime())))
                .doesNotContainKeys("tool_choice", "parallel_tool_calls");
        assertThat(body(minimal().toolChoice(ToolChoice.ANY).put("tools", List.of(Map.of("type", "x")))))
                .containsEntry("tool_choice", "required");
    }

    @Test
    void aToolOfTheServersIsItsRawFields() {
        var tool = ToolDefinition.server("openrouter:web_search", "search").with("parameters", "{\"max\":3}");
        assertThat(body(minimal().tool(tool)).get("tools"))
                .isEqualTo(json("[{'type':'openrouter:web_search','parameters':{'max':3}}]"));
    }

    @Test
    void aToolWithoutDescriptionOrSchemaHasNone() {
        assertThat(body(minimal().tool(new ToolDefinition("go", null, null, Map.of())))
                        .get("tools"))
                .isEqualTo(json("[{'type':'function','function':{'name':'go'}}]"));
    }

    @Test
    void thinkingThatIsOffIsNoEffortAndThinkingAsItLikesIsNoField() {
        assertThat(body(minimal().thinking(new ThinkingMode.Off()))).containsEntry("reasoning_effort", "none");
        assertThat(body(minimal().thinking(new ThinkingMode.Adaptive(true)))).doesNotContainKey("reasoning_effort");
        assertThat(body(minimal().thinking(new ThinkingMode.Adaptive(true)).effort("low")))
                .containsEntry("reasoning_effort", "low");
    }

    @Test
    void forHowLongThePromptIsKeptHasNoField() {
        assertThat(body(minimal().cacheFor(Duration.ofMinutes(5)))).isEqualTo(body(minimal()));
    }

    @Test
    void everyFieldCanBeOverriddenRaw() {
        var all = minimal()
                .system("s")
                .stopSequences("x")
                .temperature(0.1)
                .topP(0.1)
                .topK(1)
                .tool(WEATHER)
                .toolChoice(ToolChoice.ANY.oneAtATime())
                .effort("low")
                .outputSchema("{}")
                .userId("u")
                .serviceTier("auto")
                .build();
        var names = body(OpenAiWire.OPENAI, all).keySet();
        assertThat(names).hasSize(16);
        for (String name : names) {
            Object value = name.equals("stream") ? Boolean.TRUE : "other";
            assertThat(body(all.toBuilder().put(name, value)))
                    .as(name)
                    .hasSize(names.size())
                    .containsEntry(name, value);
        }
    }

    @Test
    void whatIsRawMustBeJson() {
        var request = minimal().outputSchema("{}").tool(new ToolDefinition("t", null, "{", Map.of()));
        assertThatThrownBy(() -> body(request)).hasMessageStartingWith("inputSchema: must be one whole JSON value");
    }
}
