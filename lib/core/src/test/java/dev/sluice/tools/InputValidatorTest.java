package dev.sluice.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.internal.json.Json;
import dev.sluice.message.ToolDefinition;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputValidatorTest {
    enum Unit {
        CELSIUS,
        FAHRENHEIT
    }

    @JsonClassDescription("Where to look")
    record Place(
            @JsonPropertyDescription("a city") String city,
            @Nullable String country) {}

    record Weather(
            @JsonPropertyDescription("one or more") List<Place> places,
            Unit unit,
            LocalDate day,
            Optional<Integer> hours) {
        Weather {
            if (places.size() > 3) {
                throw new IllegalStateException("ask for three places at most");
            }
            if (places.isEmpty()) {
                throw new NullPointerException();
            }
        }
    }

    private static final Tool WEATHER = Tool.of("weather", "Tells it", Weather.class, (input, context) -> input);

    private static String weather(String places, String more) {
        return "{\"places\":[" + places + "],\"unit\":\"CELSIUS\",\"day\":\"2026-11-21\"" + more + "}";
    }

    private static final String PORTO = "{\"city\":\"Porto\"}";

    @Test
    void aRecordsSchemaSaysEveryFieldWithItsTypeAndDescription() {
        Map<String, Object> schema = Json.readObject(WEATHER.definition().inputSchema());

        assertThat(schema).containsEntry("required", List.of("places", "unit", "day", "hours"));
        assertThat(schema.get("properties"))
                .asString()
                .contains("description=one or more")
                .contains("description=Where to look")
                .contains("description=a city")
                .contains("enum=[CELSIUS, FAHRENHEIT]");
        assertThat(WEATHER.definition().description()).isEqualTo("Tells it");
    }

    @Test
    void aFieldThatMayBeNullMayBeLeftOut() throws Exception {
        assertThat(WEATHER.problem(weather(PORTO, ""))).isEmpty();
        assertThat(Json.readObject(BareToolContext.text(WEATHER, weather(PORTO, ""))))
                .containsEntry("hours", null)
                .extractingByKey("places")
                .asString()
                .contains("country=null");
        assertThat(WEATHER.problem(weather(PORTO, ",\"hours\":null"))).isEmpty();
        assertThat(WEATHER.problem(weather(PORTO, ",\"hours\":3"))).isEmpty();
    }

    @Test
    void whatDoesNotFitTheSchemaIsToldInWords() {
        assertThat(WEATHER.problem("{\"places\":[{\"city\":1}],\"unit\":\"KELVIN\",\"day\":\"2026-11-21\"}"))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .startsWith("places[0].city: integer found, string expected")
                        .contains("unit: does not have a value in the enumeration [\"CELSIUS\", \"FAHRENHEIT\"]"));
    }

    @Test
    void whatFitsTheSchemaAndCannotBeReadIsAProblemToo() {
        assertThat(WEATHER.problem(weather(PORTO, "").replace("2026-11-21", "tomorrow")))
                .hasValueSatisfying(
                        problem -> assertThat(problem).contains("day").contains("tomorrow"));
        assertThat(WEATHER.problem(weather(String.join(",", PORTO, PORTO, PORTO, PORTO), "")))
                .hasValueSatisfying(problem -> assertThat(problem).contains("ask for three places at most"));
        assertThat(WEATHER.problem(weather("", ""))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"places\":[", "[]", "null", "\"{}\"", "{}x"})
    void whatIsNotOneWholeObjectIsAProblemWithAndWithoutASchema(String input) {
        Tool bare = Tool.of(ToolDefinition.server("own_tool", "own"), (json, context) -> json);

        assertThat(WEATHER.problem(input))
                .hasValueSatisfying(problem -> assertThat(problem).contains("JSON object"));
        assertThat(bare.problem(input))
                .hasValueSatisfying(problem -> assertThat(problem).contains("JSON object"));
        assertThat(bare.problem("{\"any\":1}")).isEmpty();
    }

    @Test
    void aSchemaThatIsNoneIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tool.of("broken", "", "{\"type\":7}", (json, context) -> json))
                .withMessageContaining("inputSchema of 'broken'");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Tool.of("far", "", "{\"$ref\":\"http://example.com/a.json\"}", (json, context) -> json))
                .withMessageContaining("inputSchema of 'far'")
                .withMessageContaining("nothing is fetched");
    }

    @Test
    void aModelIsToldAFewProblemsAndNoneAtLength() {
        String many = IntStream.range(0, 1_000).mapToObj(i -> "{}").collect(Collectors.joining(","));

        assertThat(WEATHER.problem(weather(many, "")))
                .hasValueSatisfying(
                        problem -> assertThat(problem).endsWith("; and more").hasSizeLessThan(2_500));
        assertThat(WEATHER.problem(weather(PORTO, ",\"" + "x".repeat(100_000) + "\":1")))
                .hasValueSatisfying(problem -> assertThat(problem).hasSizeLessThan(2_500));
    }

    @Test
    void aTimeLimitAndMoreFieldsKeepTheCheck() {
        Tool tool = WEATHER.timeout(java.time.Duration.ofSeconds(1)).with("strict", "true");

        assertThat(tool.problem("{}")).isPresent();
        assertThat(tool.problem(weather(PORTO, ""))).isEmpty();
    }
}
