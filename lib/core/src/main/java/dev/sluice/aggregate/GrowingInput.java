package dev.sluice.aggregate;

import dev.sluice.json.Json;
import dev.sluice.json.PartialJson;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The input of a tool call: the fragments, joined as they came. While they are blank it is the input that the block
 * started with, for a call may come whole in its start. It is parsed only if somebody asks, and then each fragment once.
 */
final class GrowingInput {
    private static final String NOTHING = "{}";

    private final String startJson;
    private final GrowingText fragments = new GrowingText();
    private boolean blank = true;
    private @Nullable Map<String, Object> start;
    private @Nullable PartialJson parser;

    GrowingInput(String startJson) {
        this.startJson = startJson;
    }

    void append(String fragment) {
        fragments.append(fragment);
        blank = blank && fragment.isBlank();
        if (parser != null) {
            parser.append(fragment);
        }
    }

    /** Says that nothing more will come. */
    void end() {
        fragments.end();
    }

    /** Whether no fragment has brought anything. */
    boolean isBlank() {
        return blank;
    }

    /** The input as JSON text; cut or invalid if the fragments are. */
    TextSoFar json() {
        return blank ? new TextSoFar(start().isEmpty() ? NOTHING : startJson) : fragments.soFar();
    }

    /** The input as far as it can be parsed; an empty map while there is nothing. */
    Object parsed() {
        if (blank) {
            return start();
        }
        if (parser == null) {
            parser = new PartialJson().append(fragments.soFar().toString());
        }
        Object value = parser.value();
        return value == null ? Map.of() : value;
    }

    private Map<String, Object> start() {
        if (start == null) {
            start = Json.isObject(startJson) ? Json.readObject(startJson) : Map.of();
        }
        return start;
    }
}
