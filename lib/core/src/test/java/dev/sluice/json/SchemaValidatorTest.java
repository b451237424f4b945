package dev.sluice.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaValidatorTest {
    enum Unit {
        METRE,
        FOOT
    }

    sealed interface Shape {
        record Circle(double radius) implements Shape {}

        record Box(double width, @Nullable Shape inner) implements Shape {}

        record Group(List<Shape> shapes) implements Shape {}
    }

    record Step(String text, int minutes) {}

    record Plan(
            String title,
            List<Step> steps,
            Unit unit,
            Optional<Step> last,
            @Nullable Shape shape) {}

    private static final SchemaValidator PLAN = SchemaValidator.of(JsonSchema.of(Plan.class));

    private static String plan(String fields) {
        return "{\"title\":\"t\",\"steps\":[],\"unit\":\"FOOT\"" + fields + "}";
    }

    @Test
    void whatFitsHasNoProblem() {
        assertThat(PLAN.problems(plan(",\"last\":{\"text\":\"a\",\"minutes\":1},\"shape\":null")))
                .isEmpty();
    }

    @Test
    void eachProblemNamesItsFieldWhatIsThereAndWhatIsExpected() {
        assertThat(PLAN.problems("{\"title\":7,\"steps\":[{\"text\":\"a\",\"minutes\":1},{\"text\":true}],"
                        + "\"unit\":\"MILE\",\"colour\":1}"))
                .containsExactlyInAnyOrder(
                        "title: integer found, string expected",
                        "steps[1].text: boolean found, string expected",
                        "steps[1]: required property 'minutes' not found",
                        "unit: does not have a value in the enumeration [\"METRE\", \"FOOT\"]",
                        "property 'colour' is not defined in the schema and the schema does not allow additional"
                                + " properties");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "3", "{} {}", "{\"title\":\"t\"", "not JSON"})
    void whatIsNotOneWholeObjectIsOneProblem(String json) {
        assertThat(PLAN.problems(json)).singleElement().asString().startsWith("not readable as a JSON object");
    }

    @Test
    void aFieldThatMayBeNullMayBeAbsentAtEveryDepthAndNoOther() {
        assertThat(PLAN.problems(plan(""))).isEmpty();
        assertThat(PLAN.problems(plan(",\"shape\":{\"type\":\"Box\",\"width\":1}")))
                .isEmpty();
        assertThat(PLAN.problems("{\"title\":\"t\",\"unit\":\"FOOT\"}"))
                .containsExactly("required property 'steps' not found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"null\"}",
                "{\"type\":[\"string\",\"null\"]}",
                "{\"enum\":[\"x\",null]}",
                "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}",
                "{\"oneOf\":[{\"type\":[\"null\"]},{\"type\":\"string\"}]}"
            })
    void everyWayToSayThatItMayBeNullCounts(String field) {
        String schema =
                "{\"type\":\"object\",\"properties\":{\"a\":" + field + ",\"b\":{}},\"required\":[\"a\",\"b\"]}";

        assertThat(SchemaValidator.of(schema).problems("{\"b\":1}")).isEmpty();
        assertThat(SchemaValidator.of(schema).problems("{\"a\":null}"))
                .containsExactly("required property 'b' not found");
    }

    /** A map of properties is no schema, though one of them may be called {@code properties} or {@code required}. */
    @Test
    void propertiesMayHaveTheNamesOfKeywords() {
        String schema = "{\"properties\":{\"properties\":{\"type\":\"object\"},\"required\":{\"type\":\"string\"},"
                + "\"anyOf\":{\"type\":\"integer\"}},\"required\":[\"properties\",\"required\",\"anyOf\"]}";

        assertThat(SchemaValidator.of(schema).problems("{\"properties\":{},\"anyOf\":\"x\"}"))
                .containsExactlyInAnyOrder(
                        "required property 'required' not found", "anyOf: string found, integer expected");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"Circle\",\"width\":1}                | shape: required property 'radius' not found",
                "{\"type\":\"Box\",\"width\":\"wide\"}            | shape.width: string found, number expected",
                "{\"type\":\"Box\",\"width\":1,\"inner\":{\"type\":\"Circle\"}}"
                        + " | shape.inner: required property 'radius' not found",
                "{\"type\":\"Group\",\"shapes\":[{\"type\":\"Circle\"},{\"type\":\"Box\"}]}"
                        + " | shape.shapes[0]: required property 'radius' not found",
                "5                                                | shape: integer found, object expected",
            })
    void ofSeveralRecordsOnlyTheOneThatWasMeantIsSpokenOf(String shape, String expected) {
        assertThat(PLAN.problems(plan(",\"shape\":" + shape)))
                .contains(expected)
                .noneMatch(problem -> problem.contains("constant") || problem.contains("null"));
    }

    @Test
    void aRecordThatThereIsNotIsToldTheNamesThatThereAre() {
        assertThat(PLAN.problems(plan(",\"shape\":{\"type\":\"Star\",\"radius\":1}")))
                .contains(
                        "shape.type: must be the constant value 'Circle'",
                        "shape.type: must be the constant value 'Box'")
                .noneMatch(problem -> problem.contains("required"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[1]                                              | a JSON object",
                "{\"type\":                                       | a JSON object",
                "{\"type\":\"objekt\"}                            | type",
                "{\"properties\":{\"a\":{\"minimum\":\"x\"}}}     | properties.a.minimum",
                "{\"required\":\"a\"}                             | required",
                "{\"properties\":{\"a\":{\"pattern\":\"(\"}}}     | Unclosed group",
                "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}}} | /$defs/b",
                "{\"$schema\":\"http://example.com/own\"}         | http://example.com/own",
            })
    void whatIsNoSchemaIsRefusedWithTheReason(String schema, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SchemaValidator.of(schema))
                .withMessageContaining(reason);
    }

    @Test
    void nothingIsFetched() throws IOException {
        var asked = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("{}".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            exchange.close();
        });
        server.start();
        try {
            for (String address : List.of(
                    "http://localhost:" + server.getAddress().getPort() + "/a.json",
                    "file:///etc/hostname",
                    "classpath:draft-07/schema",
                    "a.json")) {
                for (String keyword : List.of("$ref", "$dynamicRef", "$schema")) {
                    assertThatIllegalArgumentException()
                            .as("%s %s", keyword, address)
                            .isThrownBy(() -> SchemaValidator.of("{\"" + keyword + "\":\"" + address + "\"}"))
                            .withMessageContaining("nothing is fetched")
                            .withMessageContaining(address);
                }
            }
            assertThat(asked).hasValue(0);
        } finally {
            server.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://json-schema.org/draft-07/schema#",
                "https://json-schema.org/draft/2019-09/schema",
                "https://json-schema.org/draft/2020-12/schema"
            })
    void theDraftsAreKnown(String draft) {
        SchemaValidator check = SchemaValidator.of("{\"$schema\":\"" + draft + "\",\"required\":[\"a\"]}");

        assertThat(check.problems("{}")).containsExactly("required property 'a' not found");
    }

    @Test
    void problemsAreTheSameInEveryCountry() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(SchemaValidator.of("{\"required\":[\"a\"]}").problems("{}"))
                    .containsExactly("required property 'a' not found");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void whatIsNestedTooDeepIsAProblem() {
        String schema = "{\"$ref\":\"#/$defs/T\",\"$defs\":{\"T\":{\"type\":\"object\",\"properties\":{\"t\":"
                + "{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#/$defs/T\"}]}}}}}";
        for (int depth : new int[] {100, 400, 1_000, 100_000}) {
            String json = "{\"t\":".repeat(depth) + "3" + "}".repeat(depth);

            assertThat(SchemaValidator.of(schema).problems(json)).isNotEmpty();
        }
    }

    /** Each level tries both alternatives, so the work doubles with each. */
    @Test
    void whatWouldTakeForEverIsGivenUp() {
        String schema = "{\"$ref\":\"#/$defs/T\",\"$defs\":{\"T\":{\"properties\":{\"t\":{\"allOf\":["
                + "{\"$ref\":\"#/$defs/T\"},{\"$ref\":\"#/$defs/T\"}]}}}}}";
        String json = "{\"t\":".repeat(60) + "{}" + "}".repeat(60);

        assertThat(SchemaValidator.of(schema).problems(json))
                .singleElement()
                .asString()
                .contains("too large");
    }

    @Test
    void aSchemaThatRefersToItselfForEverIsNoHang() {
        for (String schema : List.of("{\"$ref\":\"#\"}", "{\"allOf\":[{\"$ref\":\"#\"}]}")) {
            try {
                assertThat(SchemaValidator.of(schema).problems("{}")).isNotEmpty();
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("schema");
            }
        }
    }

    @Test
    void aLargeInputIsChecked() {
        String words = IntStream.range(0, 100_000)
                .mapToObj(i -> "{\"text\":" + i + ",\"minutes\":1}")
                .collect(Collectors.joining(","));

        assertThat(PLAN.problems("{\"title\":\"t\",\"unit\":\"FOOT\",\"steps\":[" + words + "]}"))
                .contains("steps[0].text: integer found, string expected")
                .hasSizeLessThan(1_000);
    }

    @Test
    void oneCheckServesManyThreads() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<List<String>> wrong = () -> PLAN.problems(plan(",\"last\":{\"text\":\"a\"}"));
            List<Future<List<String>>> all = threads.invokeAll(IntStream.range(0, 200)
                    .mapToObj(i -> i % 2 == 0 ? wrong : (Callable<List<String>>) () -> PLAN.problems(plan("")))
                    .toList());
            for (int i = 0; i < all.size(); i++) {
                assertThat(all.get(i).get())
                        .isEqualTo(i % 2 == 0 ? List.of("last: required property 'minutes' not found") : List.of());
            }
        }
    }
}
