package dev.sluice.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.internal.json.Json;
import java.io.IOException;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ToolMethodTest {
    enum Unit {
        METRE,
        FOOT
    }

    record Point(
            double x,
            @JsonPropertyDescription("to the north") double y) {}

    sealed interface Shape {
        record Circle(double radius) implements Shape {}
    }

    static class Library {
        @ToolMethod("Finds books")
        String search(
                @JsonPropertyDescription("words of the title") String title,
                ToolContext context,
                int limit,
                @Nullable LocalDate since,
                Optional<List<String>> authors,
                OptionalInt year) {
            return title + "," + limit + "," + since + "," + authors + "," + year + "," + context.id();
        }

        @ToolMethod(value = "Measures", name = "how_far")
        private double distance(Point from, Point to, Unit unit, List<Shape> around, Map<String, Point> named) {
            return to.x() - from.x() + around.size() + named.size();
        }

        @ToolMethod("Fails")
        void fail(@JsonProperty("the_reason") String reason) throws IOException {
            throw new IOException(reason);
        }

        @ToolMethod("Breaks")
        void broken() {
            throw new AssertionError("broken");
        }

        String notATool() {
            return "";
        }
    }

    static class Branch extends Library {
        @Override
        String search(
                String title,
                ToolContext context,
                int limit,
                @Nullable LocalDate since,
                Optional<List<String>> authors,
                OptionalInt year) {
            return "at the branch: " + title;
        }

        @ToolMethod("Opens")
        static String open(ToolContext one) {
            return "open";
        }
    }

    private static Tool tool(Object target, String name) {
        return Tool.methodsOf(target).stream()
                .filter(tool -> tool.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachMarkedMethodIsAToolAndTheyAreSorted() {
        assertThat(Tool.methodsOf(new Library()))
                .extracting(Tool::name)
                .containsExactly("broken", "fail", "how_far", "search");
        assertThat(tool(new Library(), "how_far").definition().description()).isEqualTo("Measures");
    }

    @Test
    void theParametersAreTheFieldsOfTheInput() {
        assertThat(Json.readObject(tool(new Library(), "search").definition().inputSchema()))
                .isEqualTo(Json.readObject("""
                    {"type":"object","properties":{
                      "title":{"type":"string","description":"words of the title"},
                      "limit":{"type":"integer"},
                      "since":{"anyOf":[{"type":"null"},{"type":"string","format":"date"}]},
                      "authors":{"anyOf":[{"type":"null"},{"type":"array","items":{"type":"string"}}]},
                      "year":{"anyOf":[{"type":"null"},{"type":"integer"}]}},
                     "required":["title","limit","since","authors","year"],
                     "additionalProperties":false}\
                    """));
    }

    @Test
    void typesThatAreUsedTwiceAreSharedAndDescribed() {
        Map<String, Object> schema =
                Json.readObject(tool(new Library(), "how_far").definition().inputSchema());

        assertThat(schema).containsKey("$defs");
        assertThat(schema.get("$defs")).asString().contains("Point").contains("to the north");
        assertThat(schema.get("properties"))
                .asString()
                .contains("enum=[METRE, FOOT]")
                .contains("const=Circle");
    }

    @Test
    void theMethodIsCalledWithItsArguments() throws Exception {
        Tool search = tool(new Library(), "search");

        assertThat(BareToolContext.text(
                        search,
                        "{\"title\":\"Dune\",\"limit\":3,\"since\":\"2026-01-02\",\"authors\":[\"H\"],\"year\":1965}"))
                .isEqualTo("Dune,3,2026-01-02,Optional[[H]],OptionalInt[1965],toolu_1");
        assertThat(BareToolContext.text(search, "{\"title\":\"Dune\",\"limit\":3}"))
                .isEqualTo("Dune,3,null,Optional.empty,OptionalInt.empty,toolu_1");
        assertThat(BareToolContext.text(
                        tool(new Library(), "how_far"),
                        "{\"from\":{\"x\":1,\"y\":0},\"to\":{\"x\":4,\"y\":0},\"unit\":\"FOOT\","
                                + "\"around\":[{\"type\":\"Circle\",\"radius\":2}],\"named\":{}}"))
                .isEqualTo("4.0");
    }

    @Test
    void aWrongInputIsAProblemThatNamesTheField() {
        Tool search = tool(new Library(), "search");

        assertThat(search.problem("{\"title\":\"Dune\",\"limit\":\"3\"}"))
                .hasValueSatisfying(problem -> assertThat(problem).contains("limit: string found, integer expected"));
        assertThat(search.problem("{\"title\":\"Dune\",\"limit\":3,\"since\":\"soon\"}"))
                .hasValueSatisfying(
                        problem -> assertThat(problem).contains("since").contains("soon"));
        assertThat(search.problem("{\"limit\":3}"))
                .hasValueSatisfying(problem -> assertThat(problem).contains("'title'"));
    }

    @Test
    void whatTheMethodThrowsIsWhatTheToolThrows() {
        assertThatThrownBy(
                        () -> tool(new Library(), "fail").call("{\"the_reason\":\"no disk\"}", new BareToolContext("")))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("no disk");
        assertThatThrownBy(() -> tool(new Library(), "broken").call("{}", new BareToolContext("")))
                .isExactlyInstanceOf(AssertionError.class);
    }

    @Test
    void inheritedStaticAndOverriddenMethodsAreTools() throws Exception {
        assertThat(BareToolContext.text(tool(new Branch(), "search"), "{\"title\":\"Dune\",\"limit\":3}"))
                .isEqualTo("at the branch: Dune");
        assertThat(BareToolContext.text(tool(new Branch(), "open"), "{}")).isEqualTo("open");
    }

    static class Overloaded {
        @ToolMethod("a")
        void go(String to) {}

        @ToolMethod("b")
        void go(int steps) {}
    }

    static class SameName {
        @ToolMethod("a")
        void go() {}

        @ToolMethod(value = "b", name = "go")
        void move() {}
    }

    static class Undescribed {
        @ToolMethod("a")
        void read(Object anything) {}
    }

    static class Generic {
        @ToolMethod("a")
        <T> void read(List<T> anything) {}
    }

    static List<Object> unfit() {
        return List.of(new Overloaded(), new SameName(), new Undescribed(), new Generic());
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void whatCannotBeAToolIsRefusedByName(Object target) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tool.methodsOf(target))
                .withMessageStartingWith("target: " + target.getClass().getName() + ".");
    }

    @Test
    void anObjectWithoutToolsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tool.methodsOf("text"))
                .withMessage("target: java.lang.String has no @ToolMethod");
    }
}
