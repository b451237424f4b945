package dev.sluice.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.json.JsonSchema;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.gemini.GeminiInteractions;
import dev.sluice.provider.openai.OpenAi;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What strict modes reject, by the name of the member; and the names of tools. */
class StrictSchemaTest {
    private static final Provider CLAUDE = Claude.builder().apiKey("k").build();
    private static final Provider OPENAI = OpenAi.builder().apiKey("k").build();
    private static final Provider GEMINI = Gemini.builder().apiKey("k").build();
    private static final Provider INTERACTIONS =
            GeminiInteractions.builder().apiKey("k").build();

    record Plain(String name, List<Day> days) {}

    record Day(String date) {}

    record Mapped(String name, List<Notes> days) {}

    record Notes(Map<String, String> notes) {}

    record Tree(String name, List<Tree> children) {}

    private static MessageRequest request(String schema) {
        return MessageRequest.builder()
                .model("m")
                .maxTokens(9)
                .user("Go")
                .outputSchema(schema)
                .build();
    }

    private static String body(Provider provider, String schema) {
        return new String(provider.streamRequest(request(schema)).body(), StandardCharsets.UTF_8);
    }

    @Test
    void aRecordsSchemaIsStrict() {
        String schema = JsonSchema.of(Plain.class);
        assertThat(StrictSchema.openObject(schema)).isEmpty();
        assertThat(StrictSchema.optionalField(schema)).isEmpty();
        assertThat(StrictSchema.recursion(schema)).isEmpty();
        assertThat(body(OPENAI, schema)).contains("\"strict\":true");
        assertThat(body(CLAUDE, schema)).contains("json_schema");
    }

    @Test
    void aMapIsNamed() {
        String schema = JsonSchema.of(Mapped.class);
        assertThat(StrictSchema.openObject(schema)).contains("days[].notes");
        assertThat(body(OPENAI, schema)).contains("\"strict\":false");
        assertThatThrownBy(() -> body(CLAUDE, schema))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("outputSchema: days[].notes may have fields of any name");
    }

    @Test
    void aTypeInItselfIsNamed() {
        String schema = JsonSchema.of(Tree.class);
        assertThat(StrictSchema.recursion(schema)).contains("children[]");
        assertThat(body(OPENAI, schema)).contains("\"strict\":true");
        assertThatThrownBy(() -> body(CLAUDE, schema)).hasMessageContaining("children[] has itself in it");
    }

    @Test
    void aFieldThatMayBeAbsentIsNamed() {
        String schema = """
            {"type":"object","additionalProperties":false,"required":["a"],
             "properties":{"a":{"type":"string"},"b":{"type":"string"}}}\
            """;
        assertThat(StrictSchema.optionalField(schema)).contains("b");
        assertThat(body(OPENAI, schema)).contains("\"strict\":false");
        assertThat(body(CLAUDE, schema)).contains("json_schema");
    }

    @Test
    void theWholeMayBeOpen() {
        assertThat(StrictSchema.openObject("{\"type\":\"object\"}"))
                .as("what it does not say is for the server to judge")
                .isEmpty();
        assertThat(StrictSchema.openObject("{\"type\":\"object\",\"additionalProperties\":true}"))
                .contains("the whole");
    }

    @ParameterizedTest
    @CsvSource({
        "get_level, true, true, true",
        "get-level-2, true, true, true",
        "rivers.level, false, false, true",
        "get level, false, false, false",
        "2levels, true, true, false",
        "é, false, false, false",
    })
    void namesOfToolsAreThoseThatTheProviderTakes(String name, boolean claude, boolean openAi, boolean gemini) {
        MessageRequest request = MessageRequest.builder()
                .model("m")
                .maxTokens(9)
                .user("Go")
                .tool(ToolDefinition.of(name, "the level", "{\"type\":\"object\"}"))
                .build();
        assertTaken(CLAUDE, request, claude);
        assertTaken(OPENAI, request, openAi);
        assertTaken(GEMINI, request, gemini);
        assertTaken(INTERACTIONS, request, gemini);
    }

    /** Each definition refers twice to the next: from the whole to the last there are 2^40 ways. */
    @Test
    @Timeout(10)
    void manyWaysToADefinitionAreNoRecursion() {
        String schema = ways("{}");
        assertThat(StrictSchema.recursion(schema)).isEmpty();
        assertThat(StrictSchema.recursion(ways("{\"$ref\": \"#/$defs/d39\"}"))).isPresent();
    }

    private static String ways(String last) {
        String definitions = IntStream.range(0, 40)
                .mapToObj(i -> """
                    "d%d": {"properties": {"a": {"$ref": "#/$defs/d%d"}, "b": {"$ref": "#/$defs/d%d"}}},\
                    """.formatted(i, i + 1, i + 1))
                .collect(Collectors.joining());
        return "{\"$ref\": \"#/$defs/d0\", \"$defs\": {" + definitions + "\"d40\": " + last + "}}";
    }

    private static void assertTaken(Provider provider, MessageRequest request, boolean taken) {
        if (taken) {
            assertThat(provider.streamRequest(request)).isNotNull();
        } else {
            assertThatThrownBy(() -> provider.streamRequest(request))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("tools[0].name: '")
                    .hasMessageContaining("must be 1 to ");
        }
    }
}
