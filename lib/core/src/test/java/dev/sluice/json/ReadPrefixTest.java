package dev.sluice.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadPrefixTest {
    enum Level {
        EASY,
        HARD
    }

    record Step(String text, int minutes, boolean optional) {}

    record Recipe(String title, Optional<String> note, Level level, LocalDate day, List<Step> steps) {}

    /** A record that does not let itself be made of less. */
    record Strict(String name, int size) {
        Strict {
            if (name.isBlank() || size < 1) {
                throw new IllegalArgumentException("incomplete");
            }
        }
    }

    record Box(String label, List<Strict> things) {
        Box {
            things = things == null ? List.of() : List.copyOf(things);
        }
    }

    sealed interface Shape {
        record Circle(double radius) implements Shape {}
    }

    record Drawing(String title, Shape shape) {}

    private static final String RECIPE = """
        {"title": "Caldo verde", "note": null, "level": "EASY", "day": "2026-11-21",
         "steps": [{"text": "Peel", "minutes": 10, "optional": false},
                   {"text": "Cut \\u00e9 \\"thin\\"", "minutes": 5, "optional": true}]}\
        """;

    private static Recipe recipe(String prefix) {
        return PartialJson.parseAs(prefix, Recipe.class).orElseThrow();
    }

    @Test
    void whatHasNotComeIsNullAndATextIsThereAsFarAsItHasCome() {
        assertThat(PartialJson.parseAs("", Recipe.class)).isEmpty();
        assertThat(PartialJson.parseAs(" ", Recipe.class)).isEmpty();
        assertThat(recipe("{")).isEqualTo(new Recipe(null, Optional.empty(), null, null, null));
        assertThat(recipe("{\"title\": \"Cal").title()).isEqualTo("Cal");
        assertThat(recipe("{\"title\": \"Caldo\", \"steps\": [{\"text\": \"Pe").steps())
                .containsExactly(new Step("Pe", 0, false));
    }

    @Test
    void whatCannotBeMadeOfItsBeginningIsLeftOut() {
        assertThat(recipe("{\"title\": \"C\", \"level\": \"EA").level()).isNull();
        assertThat(recipe("{\"title\": \"C\", \"level\": \"EASY").level()).isEqualTo(Level.EASY);
        assertThat(recipe("{\"title\": \"C\", \"day\": \"2026-11-2").day()).isNull();
        assertThat(recipe("{\"title\": \"C\", \"day\": \"2026-11-2").title()).isEqualTo("C");
    }

    @Test
    void aRecordThatWantsMoreIsLeftOutUntilItHasIt() {
        assertThat(box("{\"label\": \"a\", \"things\": [{\"name\": \"x\", \"size\": 1}, {\"name\": \"y\""))
                .isEqualTo(new Box("a", List.of(new Strict("x", 1))));
        assertThat(box("{\"label\": \"a\", \"things\": [{\"name\": \"x\", \"size\": 1}, {\"name\": \"y\", \"size\": 2"))
                .isEqualTo(new Box("a", List.of(new Strict("x", 1), new Strict("y", 2))));
        assertThat(PartialJson.parseAs("{\"name\": \"x\"", Strict.class)).isEmpty();
        assertThat(PartialJson.parseAs("{\"name\": \"x\", \"size\": 3", Strict.class))
                .contains(new Strict("x", 3));
    }

    private static Box box(String prefix) {
        return PartialJson.parseAs(prefix, Box.class).orElseThrow();
    }

    @Test
    void aRecordOfASealedInterfaceIsThereWhenItIsKnownWhich() {
        assertThat(PartialJson.parseAs("{\"title\":\"a\",\"shape\":{\"type\":\"Cir", Drawing.class))
                .contains(new Drawing("a", null));
        assertThat(PartialJson.parseAs("{\"title\":\"a\",\"shape\":{\"type\":\"Circle\",\"rad", Drawing.class))
                .contains(new Drawing("a", new Shape.Circle(0)));
    }

    @Test
    void everyPrefixIsReadAndNothingThatHasComeIsLost() {
        int title = 0;
        int steps = 0;
        for (int end = 1; end <= RECIPE.length(); end++) {
            Recipe soFar = recipe(RECIPE.substring(0, end));
            int letters = soFar.title() == null ? 0 : soFar.title().length();
            int count = soFar.steps() == null ? 0 : soFar.steps().size();
            assertThat(letters).isGreaterThanOrEqualTo(title);
            assertThat(count).isGreaterThanOrEqualTo(steps);
            title = letters;
            steps = count;
        }
        assertThat(recipe(RECIPE)).isEqualTo(Json.read(RECIPE, Recipe.class));
        assertThat(steps).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Here is your recipe: {",
                "{\"title\": [1]}",
                "{\"steps\": 5, \"title\": \"a",
                "[1, 2",
                "null",
                "12",
                "\"text",
                "{\"level\": \"MEDIUM\"}"
            })
    void whatIsWrongIsNoValueAndNoException(String prefix) {
        assertThat(PartialJson.parseAs(prefix, Recipe.class)).isEmpty();
    }

    @Test
    void otherTypesThanRecordsAreReadToo() {
        assertThat(PartialJson.parseAs("[1, [2, \"a", List.class)).contains(List.of(1, List.of(2, "a")));
        assertThat(PartialJson.parseAs("{\"a\": {\"b", Map.class)).contains(Map.of("a", Map.of()));
        assertThat(PartialJson.parseAs("\"half", String.class)).contains("half");
    }
}
