package dev.sluice.aggregate;

import dev.sluice.json.PartialJson;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The input of a tool call: the fragments, joined as they came. While they are blank it is the input that the block
 * started with, for a call may come whole in its start. It is parsed only if somebody asks, and then each fragment once.
 */
final class InputBuilder {
    private static final String NOTHING = "{}";

    /** The inputs of a tool without parameters that services write, besides an empty object. */
    private static final Set<String> EMPTY = Set.of("", "null", "\"\"", "[]");

    private static final int LONGEST_EMPTY = 16; // with blanks around it

    private final String startJson;
    private final TextRope fragments = new TextRope();
    private boolean blank = true;
    private int length;
    private @Nullable Object start;
    private @Nullable PartialJson parser;

    InputBuilder(String startJson) {
        this.startJson = startJson;
    }

    void append(String fragment) {
        fragments.append(fragment);
        blank = blank && fragment.isBlank();
        length = Math.addExact(length, fragment.length());
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
    TextSnapshot json() {
        if (blank) {
            return new TextSnapshot(isEmpty(startJson) ? NOTHING : startJson);
        }
        boolean empty = length <= LONGEST_EMPTY && isEmpty(fragments.soFar().toString());
        return empty ? new TextSnapshot(NOTHING) : fragments.soFar();
    }

    /** The input as far as it can be parsed; an empty map while there is nothing. */
    Object parsed() {
        if (blank) {
            start = start == null ? value(new PartialJson().append(json().toString())) : start;
            return start;
        }
        if (parser == null) {
            parser = new PartialJson().append(fragments.soFar().toString());
        }
        return value(parser);
    }

    private static Object value(PartialJson parser) {
        Object value = parser.value();
        return value == null ? Map.of() : value;
    }

    private static boolean isEmpty(String json) {
        return EMPTY.contains(json.strip());
    }
}
