package dev.sluice.examples.server;

import static dev.sluice.examples.server.Wire.asking;
import static dev.sluice.examples.server.Wire.events;
import static dev.sluice.examples.server.Wire.joined;
import static dev.sluice.examples.server.Wire.json;
import static dev.sluice.examples.server.Wire.post;
import static dev.sluice.examples.server.Wire.types;
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

class ScriptTest {
    private static final String TOOLS = """
        "tools":[{"name":"get_level","description":"level of a river","input_schema":{"type":"object","properties":{
          "river":{"type":"string"},"days":{"type":"integer"},"slope":{"type":"number"},"tide":{"type":"boolean"},
          "unit":{"type":"string","enum":["m","ft"]},"gauges":{"type":"array","items":{"type":"string"}},
          "range":{"type":"object","properties":{"from":{"type":"integer"}}}}}}],\
        """.replace("\n", "");

    private final ScriptedServer server = DemoServer.start(Pace.instant(), 11);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aToolIsCalledWithAnInputThatFitsItsSchema() throws Exception {
        List<JsonNode> events = events(post(server, asking("How high is the Tejo?", TOOLS)));

        JsonNode opening = events.stream()
                .filter(event ->
                        event.path("content_block").path("type").asString("").equals("tool_use"))
                .findFirst()
                .orElseThrow();
        assertThat(opening.path("index").asInt(0)).isEqualTo(1);
        assertThat(opening.path("content_block").path("name").asString("")).isEqualTo("get_level");
        assertThat(opening.path("content_block").path("input").isObject()).isTrue();
        assertThat(JsonMapper.shared().readTree(joined(events, "partial_json")))
                .isEqualTo(JsonMapper.shared().readTree("""
                    {"river":"Tejo","days":3,"slope":2.5,"tide":true,"unit":"m","gauges":["Tejo"],"range":{"from":3}}\
                    """));
        assertThat(joined(events, "stop_reason")).isEqualTo("tool_use");
    }

    @Test
    void theFirstFragmentOfAToolsInputIsEmptyAsOnTheRealWire() throws Exception {
        assertThat(events(post(server, asking("How high?", TOOLS))).stream()
                        .filter(event -> event.path("delta").has("partial_json"))
                        .map(event -> event.path("delta").path("partial_json").asString("none")))
                .startsWith("")
                .hasSizeGreaterThan(10);
    }

    @Test
    void theWholeCallIsTheSameAsTheStreamedOne() throws Exception {
        JsonNode whole =
                json(post(server, asking("How high is the Tejo?", TOOLS).replace("\"stream\":true,", "")));

        assertThat(whole.path("stop_reason").asString("")).isEqualTo("tool_use");
        assertThat(whole.path("content").path(1).path("input").path("river").asString(""))
                .isEqualTo("Tejo");
    }

    @Test
    void aToolResultIsAnsweredWithItsWords() throws Exception {
        String body = asking("How high?", TOOLS)
                .replace(
                        "\"messages\":[",
                        "\"messages\":[{\"role\":\"user\",\"content\":\"first\"},{\"role\":\"assistant\",\"content\":"
                                + "[{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"get_level\",\"input\":{}}]},")
                .replace(
                        "\"How high?\"",
                        "[{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_1\",\"content\":"
                                + "[{\"type\":\"text\",\"text\":\"2.4 m\"}]}]");
        List<JsonNode> events = events(post(server, body));

        assertThat(joined(events, "text")).contains("2.4 m");
        assertThat(joined(events, "stop_reason")).isEqualTo("end_turn");
    }

    @Test
    void toolChoiceNoneIsRespected() throws Exception {
        assertThat(joined(
                        events(post(server, asking("a haiku", TOOLS + "\"tool_choice\":{\"type\":\"none\"},"))),
                        "stop_reason"))
                .isEqualTo("end_turn");
    }

    @ParameterizedTest
    @CsvSource({"adaptive,summarized,true", "enabled,summarized,true", "adaptive,omitted,false"})
    void thinkingComesFirstAndIsSigned(String type, String display, boolean shown) throws Exception {
        List<JsonNode> events = events(post(
                server,
                asking(
                        "rivers",
                        "\"thinking\":{\"type\":\"" + type + "\",\"display\":\"" + display
                                + "\",\"budget_tokens\":1024},")));

        assertThat(events.get(1).path("content_block").path("type").asString(""))
                .isEqualTo("thinking");
        assertThat(joined(events, "thinking").isEmpty()).isNotEqualTo(shown);
        assertThat(joined(events, "signature")).endsWith("==");
        assertThat(joined(events, "text")).startsWith("A river begins");
        assertThat(types(events).stream().filter("content_block_stop"::equals)).hasSize(2);
        JsonNode usage = events.get(events.size() - 2).path("usage");
        assertThat(usage.path("output_tokens_details").path("thinking_tokens").asInt(0) > 0)
                .isEqualTo(shown);
    }

    @Test
    void thinkingSwitchedOffIsOff() throws Exception {
        assertThat(joined(events(post(server, asking("hi", "\"thinking\":{\"type\":\"disabled\"},"))), "signature"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "What does a sluice do?   | A sluice is a gate",
                "Write a HAIKU, please    | Rain fills the mill pond.",
                "What is backpressure?    | Backpressure is how",
                "What is back-pressure?   | Backpressure is how",
                "Tell me a long story     | High up, where the maps",
                "Tell me about rivers     | A river begins",
                "Hello                    | Hello!",
                "This is shorthand        | You said:",
            })
    void theSubjectDecidesTheAnswer(String prompt, String beginning) {
        assertThat(Answers.to(prompt, false)).startsWith(beginning);
    }
}
