package dev.sluice.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The names in the golden files against the published ones: {@code genai-conventions.json} holds what OpenTelemetry's models say, with
 * their versions.
 */
@SuppressWarnings("unchecked")
class ConventionsTest {
    /** What the span of a tool may have beside: the event that OpenTelemetry's API makes of an exception. */
    private static final String EXCEPTION = "exception";

    @Test
    void everySpanIsOneOfTheConventions() throws IOException {
        var published = (Map<String, Map<String, Object>>)
                Golden.json("genai-conventions.json").get("spans");
        List<Map<String, Object>> spans = Golden.entries("spans.json");
        for (Map<String, Object> span : spans) {
            var attributes = (Map<String, Object>) span.get("attributes");
            String operation = (String) attributes.get("gen_ai.operation.name");
            Map<String, Object> convention = published.get(operation);
            assertThat(convention).as(operation).isNotNull();
            assertThat(span.get("kind")).isEqualTo(convention.get("kind"));
            assertThat(span.get("name")).isEqualTo(name(operation, attributes));
            assertThat(attributes).containsKeys(((List<String>) convention.get("required")).toArray(String[]::new));
            assertTypes(attributes, (Map<String, String>) convention.get("attributes"));
            if (span.get("status").equals("ERROR")) {
                assertThat(attributes).containsKey("error.type");
            }
        }
        assertThat(spans)
                .extracting(span -> ((String) span.get("name")).split(" ")[0])
                .contains("invoke_agent", "chat", "execute_tool");
    }

    @Test
    void everyEventIsOursOrAnException() throws IOException {
        for (Map<String, Object> span : Golden.entries("spans.json")) {
            for (Map<String, Object> event : (List<Map<String, Object>>) span.get("events")) {
                assertThat((String) event.get("name")).matches("sluice\\..*|" + EXCEPTION);
            }
        }
    }

    @Test
    void everyMeterIsOneOfItsGenerationOrOurs() throws IOException {
        var published = (Map<String, Map<String, Map<String, Object>>>)
                Golden.json("genai-conventions.json").get("metrics");
        for (Map<String, Object> meter : Golden.entries("meters.json")) {
            String name = (String) meter.get("name");
            if (name.startsWith("sluice.")) {
                continue;
            }
            Map<String, Object> convention =
                    published.get((String) meter.get("generation")).get(name);
            assertThat(convention).as(meter.get("generation") + " " + name).isNotNull();
            var tags = (List<String>) meter.get("tags");
            assertThat((List<String>) convention.get("attributes")).as(name).containsAll(tags);
            assertThat(tags).as(name).containsAll((List<String>) convention.get("required"));
            assertThat(convention.get("instrument") + " " + convention.get("unit"))
                    .as(name)
                    .isEqualTo(
                            switch ((String) meter.get("type")) {
                                case "TIMER" -> "histogram s";
                                case "DISTRIBUTION_SUMMARY" -> "histogram {token}";
                                default -> "counter {token}";
                            });
        }
    }

    private static String name(String operation, Map<String, Object> attributes) {
        return switch (operation) {
            case "chat" -> "chat " + attributes.get("gen_ai.request.model");
            case "invoke_agent" -> "invoke_agent " + attributes.get("gen_ai.agent.name");
            default -> "execute_tool " + attributes.get("gen_ai.tool.name");
        };
    }

    private static void assertTypes(Map<String, Object> attributes, Map<String, String> published) {
        attributes.forEach((name, value) -> {
            if (name.startsWith("sluice.")) {
                return;
            }
            assertThat(published).containsKey(name);
            assertThat(types(value)).as(name + " = " + value).contains(published.get(name));
        });
    }

    private static Set<String> types(Object value) {
        return switch (value) {
            case String text when text.equals("(port)") -> Set.of("int");
            case String text when text.equals("(seconds)") -> Set.of("double");
            case Boolean flag -> Set.of("boolean");
            case Integer number -> Set.of("int");
            case Long number -> Set.of("int");
            case Number number -> Set.of("double");
            case List<?> several -> Set.of("string[]");
            default -> Set.of("string");
        };
    }
}
