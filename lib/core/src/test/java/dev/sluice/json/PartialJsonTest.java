package dev.sluice.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartialJsonTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"foo": "bar", "n": [1, {"a": null}]}   | {"foo": "bar", "n": [1, {"a": null}]}
        {"foo": "bar", "thing": "               | {"foo": "bar"}
        {}                                      | {}
        {"foo": {"bar": [{"x": 1}, {"y": 2}     | {"foo": {"bar": [{"x": 1}, {"y": 2}]}}
        {"a": [{"x": 1}, {"y": 2}               | {"a": [{"x": 1}, {"y": 2}]}
        {"foo": "b\\"ar"                        | {"foo": "b\\"ar"}
        {"foo": "bar\\                          | {}
        {"foo": 8.2156e-15                      | {"foo": 8.2156e-15}
        {"foo": 1.5e+10}                        | {"foo": 1.5e+10}
        {"foo": 2E8,                            | {"foo": 2E8}
        {"foo": -1.5e-3                         | {"foo": -1.5e-3}
        {"foo": 123.                            | {}
        {"foo": -                               | {}
        {"foo": 8.2e                            | {}
        {"foo": 8.2e-                           | {}
        {"foo": 8.2e+                           | {}
        {"foo": 8.2156e-1                       | {"foo": 8.2156e-1}
        {"foo": 1, "bar": 8.2156e               | {"foo": 1}
        {"foo": 1, "bar": nul                   | {"foo": 1}
        {"foo": 1, "bar": tr                    | {"foo": 1}
        {"foo": 1, "bar": fal                   | {"foo": 1}
        {"foo": 1, "bar": truee                 | {"foo": 1}
        {"foo": 1, "bar": true                  | {"foo": 1, "bar": true}
        {"foo": 1, "bar": null                  | {"foo": 1, "bar": null}
        {"a":{"b":{"c":{"d":"e                  | {"a":{"b":{"c":{}}}}
        [                                       | []
        [1,                                     | [1]
        {"key":                                 | {}
        {"k1": 1, "k2                           | {"k1": 1}
        [1, 2, {"key": "value",                 | [1, 2, {"key": "value"}]
        {"a": 1, "b": "                         | {"a": 1}
        {"items":["item1","item2"],"unfinished_field":"incomplete value | {"items":["item1","item2"]}
        {"key":"value","incomplete_field": bad_value}                   | {"key":"value"}
        {"foo": "bar", "baz": "qux": "quux"}invalid}                    | {"foo": "bar", "baz": "qux"}
        {"filename": "a.txt", "lines": ["1", "2", "3", "4", "5          | {"filename": "a.txt", "lines": ["1", "2", "3", "4"]}
        {"location": "San Fr                    | {}
        {invalid"json}                          | {}
        {"a":1,"b":2,"a":3                      | {"a":3,"b":2}
        {"a":1,"b":2,"a":{"c":                  | {"a":{},"b":2}
        {"a":1,"b":2,"a":"                      | {"a":1,"b":2}
        [[[1],[2                                | [[[1],[2]]]
        [12, 12x                                | [12]
        [12, 12}                                | [12, 12]
        ["a"b                                   | ["a"]
        {"a": 1 garbage                         | {"a": 1}
        [01                                     | []
        """)
    void keepsEveryCompleteElementAndDropsWhatIsCut(String prefix, String expected) {
        assertThat(PartialJson.parse(prefix)).isEqualTo(Json.readAny(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\n\t",
                "-",
                "12.",
                "2.5e-",
                "\"abc",
                "nul",
                "t",
                "truee",
                "12x",
                "]",
                "}",
                ",",
                "bad",
                "\ufeff{}"
            })
    void hasNoValueWhereNothingIsComplete(String prefix) {
        var json = new PartialJson().append(prefix);
        assertThat(json.value()).isNull();
        assertThat(json.isComplete()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "abc                          | "abc"
        "\\u12                        | ""
        "\\                           | ""
        "                             | ""
        {"a": 1, "b": "               | {"a": 1, "b": ""}
        {"k1": 1, "k2                 | {"k1": 1}
        {"items":["1"],"field":"inc   | {"items":["1"],"field":"inc"}
        {"a":1,"a":"b                 | {"a":"b"}
        ["x\\n\\                      | ["x\\n"]
        ["\\ud83d\\ude00\\ud83d       | ["\\ud83d\\ude00"]
        ["\\ud83d\\                   | [""]
        # What had been shown stays when a fault follows.
        {"a": "bc\\x                  | {"a": "bc"}
        "ab\\uq                       | "ab"
        """)
    void canKeepTheStringThatIsCut(String prefix, String expected) {
        assertThat(PartialJson.keepingOpenStrings().append(prefix).value()).isEqualTo(Json.readAny(expected));
    }

    @Test
    void keepsNoHalfOfASurrogatePairAtACut() {
        var json = PartialJson.keepingOpenStrings().append("[\"a\ud83d");
        assertThat(json.value()).isEqualTo(List.of("a"));
        assertThat(json.append("\ude00").value()).isEqualTo(List.of("a😀"));
        assertThat(json.append("\ud83d\"").value()).isEqualTo(List.of("a😀\ud83d"));
    }

    static Stream<String> documents() {
        // The tool inputs of the transcripts, then all kinds of texts, of which PartialJsonFuzzTest tries more.
        var written = Stream.of(
                "{\"city\": \"Porto\", \"unit\": \"celsius\"}",
                "{\"title\": \"Crash when \\\"save as\\\" path has a back\\\\slash\", \"priority\": 3, \"ratio\":"
                        + " -0.00125, \"urgent\": true, \"assignee\": null, \"tags\": [\"ui\", \"caf\\u00e9\","
                        + " \"\\ud83d\\udc1b\"], \"body\": \"Line one\\n"
                        + "Line two\\tend\", \"meta\": {\"os\": {\"name\": \"linux\"}}}",
                "{\"城市\": \"São Paulo\", \"emoji\": \"😀❤️\", \"rtl\": \"שלום\"}",
                "{\"query\": \"tallest wooden lighthouse still lit\"}",
                "[]",
                " [ { } , [ ] ] ",
                "{\"a\":1,\"b\":2,\"a\":3,\"b\":{},\"a\":[4]}");
        return Stream.concat(written, LongStream.range(0, 40).mapToObj(seed -> new RandomJson(seed).next()));
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyPrefixIsWorthWhatAnotherParserFindsInIt(String text) {
        for (int end = 0; end < text.length(); end++) {
            String prefix = text.substring(0, end);
            assertSame(prefix, PartialJson.parse(prefix), ReferencePartialJson.valueOf(prefix));
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aWholeTextIsWorthWhatJsonReads(String text) {
        var json = new PartialJson().append(text);
        assertThat(json.isComplete()).isTrue();
        assertThat(json.isMalformed()).isFalse();
        Object expected = Json.readAny(text);
        assertThat(json.value()).isEqualTo(expected);
        assertThat(String.valueOf(json.value())).isEqualTo(String.valueOf(expected)); // the order of members, too
    }

    @ParameterizedTest
    @MethodSource("documents")
    void cutsBetweenFragmentsDoNotMatter(String text) {
        var byChar = new PartialJson();
        var keeping = PartialJson.keepingOpenStrings();
        for (int end = 1; end <= text.length(); end++) {
            String prefix = text.substring(0, end);
            byChar.append(text.substring(end - 1, end));
            keeping.append(text.substring(end - 1, end));
            var whole = new PartialJson().append(prefix);
            assertSame(prefix, byChar.value(), whole.value());
            assertSame(prefix, byChar.isComplete(), whole.isComplete());
            assertSame(
                    prefix,
                    keeping.value(),
                    PartialJson.keepingOpenStrings().append(prefix).value());
        }
        for (int cut = 0; cut <= text.length(); cut++) {
            var json = new PartialJson().append(text.substring(0, cut)).append(text.substring(cut));
            assertSame(text, json.value(), byChar.value());
        }
    }

    /** Quicker than an assertion that is ready to describe its failure. */
    private static void assertSame(String text, Object value, Object expected) {
        if (!Objects.equals(value, expected)) {
            assertThat(value).as(text).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aValueDoesNotChangeWhenMoreFollows(String text) {
        var json = new PartialJson();
        var values = new ArrayList<Object>();
        var then = new ArrayList<String>();
        for (int at = 0; at < text.length(); at++) {
            Object value = json.append(text.substring(at, at + 1)).value();
            values.add(value);
            then.add(value + " " + (value == null ? 0 : value.hashCode()));
        }
        for (int i = 0; i < values.size(); i++) {
            Object value = values.get(i);
            assertSame(text, value + " " + (value == null ? 0 : value.hashCode()), then.get(i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", " [1] ", "\"a\"", "12", "0", "-1.5e3", "true", "null", "false \n"})
    void isCompleteWhenItIsAWholeValue(String text) {
        var json = new PartialJson().append(text);
        assertThat(json.isComplete()).isTrue();
        assertThat(json.append(" \r\n\t").isComplete()).isTrue();
        assertThat(json.isMalformed()).isFalse();
        assertThat(json.append("{").isMalformed()).isTrue();
        assertThat(json.isComplete()).isFalse();
        assertThat(json.value()).isEqualTo(Json.readAny(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{]", "[}", "{,", "[,", "{\"a\",", "{\"a\":}", "{\"a\":1,}", "[1,]", "{1", "{a", "01", "-a", "1.e",
                        "1e+-", "+",
                ".", "nux", "trux", "N", "\"\\x", "\"\\u00g", "\"\\u٣", "\"a\n", "\"\u0000", "[1 2", "{} {", "[1]]",
                        "'", "/", "\u00a0"
            })
    void isMalformedAsSoonAsNothingCanMakeItJson(String text) {
        var json = new PartialJson().append(text.substring(0, text.length() - 1));
        assertThat(json.isMalformed()).isFalse();
        json.append(text.substring(text.length() - 1));
        assertThat(json.isMalformed()).isTrue();
        assertThat(json.isComplete()).isFalse();
        Object value = json.value();
        assertThat(json.append("]}\"").value()).isEqualTo(value);
        assertThat(json.isMalformed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void nestsAsDeepAsTheJsonLibraryAndNoDeeper(String open) {
        String close = open.equals("[") ? "]" : "}";
        String deepest = open.repeat(500) + (open.equals("[") ? "" : "1") + close.repeat(500);
        var json = new PartialJson().append(deepest);
        assertThat(json.isComplete()).isTrue();
        assertThat(json.value()).isEqualTo(Json.readAny(deepest));
        assertThat(json.value()).hasToString(Json.readAny(deepest).toString());

        var deeper = new PartialJson().append(open.repeat(501));
        assertThat(deeper.isMalformed()).isTrue();
        assertThat(deeper.value()).isEqualTo(PartialJson.parse(open.repeat(500)));
        assertThat(Json.isObject("{\"a\":" + open.repeat(500) + "1" + close.repeat(500) + "}"))
                .isFalse();
        assertThat(new PartialJson().append(open.repeat(1_000_000)).isMalformed())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "-%s", "0.%s", "-0.%s", "0e%s", "%s.5", "1e%s", "-%s.25e3"})
    void readsNumbersAsLongAsTheJsonLibraryDoes(String form) {
        IntStream.rangeClosed(980, 1010).forEach(digits -> {
            String text = "{\"a\":" + form.formatted("1".repeat(digits)) + "}";
            var json = new PartialJson().append(text);
            assertThat(json.isComplete()).as(text).isEqualTo(Json.isObject(text));
        });
    }

    @Test
    void readsAStringOfAnyLength() {
        String text = "[\"" + "words \\u00e9 ".repeat(1_000_000) + "\"]";
        Object value = PartialJson.parse(text);
        assertThat(value).isEqualTo(List.of("words é ".repeat(1_000_000)));
        assertThat(Json.readAny(text)).isEqualTo(value);
    }

    @Test
    void findsMembersByKeyHoweverManyThereAre() {
        var json = new PartialJson().append("{");
        for (int i = 0; i < 100; i++) {
            json.append("\"k" + i % 60 + "\":" + i + ",");
            assertObject(json.value(), Math.min(i + 1, 60), "k" + i % 60, i);
        }
        Object open = json.append("\"k3\":[1").value();
        assertObject(open, 60, "k3", List.of(1));
        assertObject(json.append("]}").value(), 60, "k59", 59);
        assertObject(json.value(), 60, "k39", 99);
        assertThat(json.value()).isEqualTo(open).hasSameHashCodeAs(open).hasToString(open.toString());
    }

    private static void assertObject(Object object, int size, String key, Object value) {
        @SuppressWarnings("unchecked")
        var map = (Map<String, Object>) object;
        assertThat(map).hasSize(size).containsEntry(key, value).doesNotContainKeys("other", null);
        assertThat(map.get("other")).isNull();
    }

    @Test
    void valuesCannotBeChanged() {
        Object value = PartialJson.parse("{\"a\":[1],\"b\":{\"c\":2}");
        assertThat(value).isInstanceOfSatisfying(Map.class, PartialJsonTest::assertImmutable);
    }

    private static void assertImmutable(Map<?, ?> map) {
        assertThatThrownBy(map::clear).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> map.remove("a")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> map.values().iterator().remove()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> map.entrySet().iterator().next().setValue(null))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(((List<?>) map.get("a"))::clear).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ((List<?>) map.get("a")).removeFirst())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void isTheSameValueWhileAStringIsCut() {
        var json = new PartialJson().append("{\"a\":1,\"b\":\"x");
        Object value = json.value();
        assertThat(json.append("yz").value()).isSameAs(value);
        assertThat(json.append("\"").value()).isNotSameAs(value);
    }
}
