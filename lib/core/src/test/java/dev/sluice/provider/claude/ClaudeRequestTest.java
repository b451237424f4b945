package dev.sluice.provider.claude;

import static dev.sluice.provider.wire.Requests.body;
import static dev.sluice.provider.wire.Requests.field;
import static dev.sluice.provider.wire.Requests.json;
import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.wire.Requests;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaudeRequestTest {
    private static final ToolDefinition WEATHER =
            ToolDefinition.of("get_weather", "Current weather", "{\"type\":\"object\"}");

    @Test
    void theSmallestRequestHasFourFields() {
        assertThat(body(minimal()))
                .isEqualTo(json(
                        "{'model':'m','max_tokens':100,'stream':true,'messages':[{'role':'user','content':'Hi'}]}"));
    }

    @Test
    void aRequestWithNearlyEverythingIsTheOneOfTheWireDescription() {
        var request = MessageRequest.builder()
                .model("claude-sonnet-5")
                .maxTokens(2048)
                .system(List.of(new Text(
                        "Answer in metric units.", List.of(), Map.of("cache_control", "{\"type\":\"ephemeral\"}"))))
                .user("How warm is Porto?")
                .thinking(new ThinkingMode.Adaptive(true))
                .tool(ToolDefinition.of("get_weather", "Current weather", """
                    {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}\
                    """).with("eager_input_streaming", "true"))
                .toolChoice(ToolChoice.AUTO)
                .userId("u-9f2");
        assertThat(body(request)).isEqualTo(json("""
            {'model':'claude-sonnet-5','max_tokens':2048,'stream':true,
             'system':[{'type':'text','text':'Answer in metric units.','cache_control':{'type':'ephemeral'}}],
             'messages':[{'role':'user','content':'How warm is Porto?'}],
             'thinking':{'type':'adaptive','display':'summarized'},
             'tools':[{'name':'get_weather','description':'Current weather',
                       'input_schema':{'type':'object','properties':{'city':{'type':'string'}},'required':['city']},
                       'eager_input_streaming':true}],
             'tool_choice':{'type':'auto'},'metadata':{'user_id':'u-9f2'}}\
            """));
    }

    @Test
    void samplingAndStopAndTierAreSent() {
        assertThat(body(minimal()
                        .temperature(0.5)
                        .topP(0.9)
                        .topK(40)
                        .stopSequences("END", "\n\nHuman:")
                        .serviceTier("standard_only")))
                .containsEntry("temperature", 0.5)
                .containsEntry("top_p", 0.9)
                .containsEntry("top_k", 40)
                .containsEntry("stop_sequences", List.of("END", "\n\nHuman:"))
                .containsEntry("service_tier", "standard_only");
    }

    @Test
    void zeroTokensOnlyWarmTheCacheAndAreSent() {
        assertThat(field(minimal().maxTokens(0), "max_tokens")).isEqualTo(0);
    }

    @Test
    void eachThinkingModeHasItsObject() {
        var modes = Map.of(
                new ThinkingMode.Off(), "{'type':'disabled'}",
                new ThinkingMode.Adaptive(true), "{'type':'adaptive','display':'summarized'}",
                new ThinkingMode.Adaptive(false), "{'type':'adaptive','display':'omitted'}",
                new ThinkingMode.Budget(1024, true), "{'type':'enabled','budget_tokens':1024,'display':'summarized'}",
                new ThinkingMode.Budget(1999, false), "{'type':'enabled','budget_tokens':1999,'display':'omitted'}");
        modes.forEach((mode, wire) -> assertThat(field(minimal().maxTokens(2000).thinking(mode), "thinking"))
                .isEqualTo(json(wire)));
    }

    @Test
    void eachToolChoiceHasItsObject() {
        var choices = Map.of(
                ToolChoice.AUTO,
                "{'type':'auto'}",
                ToolChoice.AUTO.oneAtATime(),
                "{'type':'auto','disable_parallel_tool_use':true}",
                ToolChoice.ANY,
                "{'type':'any'}",
                ToolChoice.ANY.oneAtATime(),
                "{'type':'any','disable_parallel_tool_use':true}",
                ToolChoice.NONE,
                "{'type':'none'}",
                ToolChoice.NONE.oneAtATime(),
                "{'type':'none'}",
                ToolChoice.tool("get_weather"),
                "{'type':'tool','name':'get_weather'}",
                ToolChoice.tool("get_weather").oneAtATime(),
                "{'type':'tool','name':'get_weather','disable_parallel_tool_use':true}");
        choices.forEach(
                (choice, wire) -> assertThat(field(minimal().tool(WEATHER).toolChoice(choice), "tool_choice"))
                        .isEqualTo(json(wire)));
    }

    @Test
    void aChoiceThatMeansNothingWithoutToolsIsNotSent() {
        assertThat(body(minimal().toolChoice(ToolChoice.AUTO))).doesNotContainKey("tool_choice");
        assertThat(body(minimal().toolChoice(ToolChoice.NONE))).doesNotContainKey("tool_choice");
    }

    @Test
    void aToolOfTheProviderIsSentWithItsTypeAndNoSchema() {
        var tool = ToolDefinition.server("web_search_20260318", "web_search").with("max_uses", "3");
        assertThat(field(minimal().tool(tool), "tools"))
                .isEqualTo(List.of(json("{'name':'web_search','type':'web_search_20260318','max_uses':3}")));
    }

    @Test
    void rawFieldsOfAToolWinOverItsOwn() {
        var tool = WEATHER.with("description", "\"Other\"")
                .with("input_schema", "{}")
                .with("strict", "true");
        assertThat(field(minimal().tool(tool), "tools"))
                .isEqualTo(
                        List.of(json("{'name':'get_weather','description':'Other','input_schema':{},'strict':true}")));
    }

    @Test
    void effortAndSchemaShareOneObject() {
        assertThat(field(minimal().effort("xhigh"), "output_config")).isEqualTo(json("{'effort':'xhigh'}"));
        assertThat(field(minimal().outputSchema("{\"type\":\"object\"}"), "output_config"))
                .isEqualTo(json("{'format':{'type':'json_schema','schema':{'type':'object'}}}"));
        assertThat(field(minimal().effort("low").outputSchema("{}"), "output_config"))
                .isEqualTo(json("{'effort':'low','format':{'type':'json_schema','schema':{}}}"));
    }

    @Test
    void theCacheTakesFiveMinutesOrOneHour() {
        assertThat(field(minimal().cacheFor(Duration.ofSeconds(300)), "cache_control"))
                .isEqualTo(json("{'type':'ephemeral','ttl':'5m'}"));
        assertThat(field(minimal().cacheFor(Duration.ofMinutes(60)), "cache_control"))
                .isEqualTo(json("{'type':'ephemeral','ttl':'1h'}"));
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
                .toolChoice(ToolChoice.ANY)
                .thinking(new ThinkingMode.Off())
                .effort("low")
                .cacheFor(Duration.ofHours(1))
                .userId("u")
                .serviceTier("auto")
                .build();
        var names = body(all).keySet();
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
    void fieldsThatAreNotModelledAreSent() {
        assertThat(body(minimal().put("container", "c_1").put("mcp_servers", List.of(Map.of("name", "a")))))
                .containsEntry("container", "c_1")
                .containsEntry("mcp_servers", List.of(Map.of("name", "a")));
    }

    @Test
    void toolsetsHaveNoNameAndStandWhereTheyWerePut() {
        var request = minimal()
                .put("mcp_servers", List.of(Map.of("type", "url", "url", "https://harbour.example", "name", "harbour")))
                .tool(ToolDefinition.toolset("mcp_toolset").with("mcp_server_name", "\"harbour\""))
                .tool(WEATHER)
                .tool(ToolDefinition.toolset("mcp_toolset")
                        .with("mcp_server_name", "\"pilots\"")
                        .with("default_config", "{\"enabled\":false}"));
        assertThat(field(request, "tools"))
                .isEqualTo(List.of(
                        json("{'type':'mcp_toolset','mcp_server_name':'harbour'}"),
                        json("{'name':'get_weather','description':'Current weather','input_schema':{'type':'object'}}"),
                        json("{'type':'mcp_toolset','mcp_server_name':'pilots','default_config':{'enabled':false}}")));
        assertThat(field(request, "mcp_servers"))
                .isEqualTo(List.of(json("{'type':'url','url':'https://harbour.example','name':'harbour'}")));
    }

    @Test
    void threadsAndFallbacksAndCompactionAreSent() {
        var request = minimal()
                .put("thread", Map.of("type", "continue", "previous_message_id", "msg_1"))
                .put("fallbacks", List.of(Map.of("model", "claude-sonnet-5-5", "max_tokens", 10)))
                .put("compaction", Map.of("type", "summarize"));
        assertThat(body(request))
                .containsEntry("thread", json("{'type':'continue','previous_message_id':'msg_1'}"))
                .containsEntry("fallbacks", List.of(json("{'model':'claude-sonnet-5-5','max_tokens':10}")))
                .containsEntry("compaction", json("{'type':'summarize'}"));
        assertThat(body(request.put("fallbacks", "default"))).containsEntry("fallbacks", "default");
        assertThat(body(request.remove("thread"))).doesNotContainKey("thread").containsKey("compaction");
    }

    @Test
    void aChoiceThatNeedsAToolIsSentWithoutToolsToo() {
        assertThat(field(minimal().toolChoice(ToolChoice.ANY), "tool_choice")).isEqualTo(json("{'type':'any'}"));
    }

    @Test
    void aToolChoiceIsSentWhereTheToolsAreRaw() {
        assertThat(field(minimal().put("mcp_servers", List.of()).toolChoice(ToolChoice.ANY), "tool_choice"))
                .isEqualTo(json("{'type':'any'}"));
    }

    @Test
    void theSystemPromptIsAStringOnlyIfItIsOnePlainBlock() {
        assertThat(field(minimal().system("Be brief."), "system")).isEqualTo("Be brief.");
        assertThat(field(minimal().system(List.of(new Text("a"), new Text("b"))), "system"))
                .isEqualTo(List.of(json("{'type':'text','text':'a'}"), json("{'type':'text','text':'b'}")));
        assertThat(body(minimal().system(List.of()))).doesNotContainKey("system");
    }

    @Test
    void theOrderOfTheConversationIsKept() {
        var request = MessageRequest.builder()
                .model("m")
                .maxTokens(1)
                .user("1")
                .assistant("2")
                .message(Message.of(dev.sluice.message.Role.SYSTEM, List.of(new Text("3"))))
                .user("4")
                .assistant("5");
        assertThat(field(request, "messages"))
                .isEqualTo(List.of(
                        json("{'role':'user','content':'1'}"),
                        json("{'role':'assistant','content':'2'}"),
                        json("{'role':'system','content':'3'}"),
                        json("{'role':'user','content':'4'}"),
                        json("{'role':'assistant','content':'5'}")));
    }

    @Test
    void anyTextIsWrittenAsUtf8AndHalfASurrogatePairIsReplaced() {
        String text = "漢字 \uD83D\uDE80 \u2028 \u0000 \" \\ ";
        assertThat(messageText(text)).isEqualTo(text);
        assertThat(messageText("cut \uD83D")).isEqualTo("cut \uFFFD");
        assertThat(messageText("\uDE80\uD83D\uDE80\uD83D x")).isEqualTo("\uFFFD\uD83D\uDE80\uFFFD x");
        byte[] body = Requests.CLAUDE
                .streamRequest(minimal().user("\uD83D\uDE80").build())
                .body();
        assertThat(new String(body, StandardCharsets.UTF_8)).contains("\uD83D\uDE80");
    }

    private static String messageText(String text) {
        var request = MessageRequest.builder().model("m").maxTokens(1).user(text);
        return (String) ((Map<?, ?>) ((List<?>) field(request, "messages")).getFirst()).get("content");
    }
}
