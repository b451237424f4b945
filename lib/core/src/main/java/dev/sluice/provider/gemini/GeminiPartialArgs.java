package dev.sluice.provider.gemini;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.internal.json.Json;
import dev.sluice.provider.wire.JsonFields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one call that come in pieces, each a path and a value, as JSON text that grows at its end. A string may
 * come in several pieces of the same path. The pieces come in the order of the text, as the model writes it. A piece
 * for a place in the text that has been closed already is a {@link ProtocolError}.
 */
final class GeminiPartialArgs {
    private static final Pattern STEP =
            Pattern.compile("\\.([^.\\[\\]]+)|\\[([0-9]{1,9})]|\\['([^']*)']|\\[\"([^\"]*)\"]");

    private static final int DEEPEST = 200;

    /** An object or a list that is not closed yet. */
    private static final class Open {
        private final boolean isList;
        private final Set<String> names = new HashSet<>();
        private int size;
        private Object latest = "";

        Open(boolean isList) {
            this.isList = isList;
        }
    }

    /** The open containers, the arguments themselves first. */
    private final List<Open> open = new ArrayList<>();

    private @Nullable String openString;
    private StringBuilder text = new StringBuilder();

    /** Whether a piece has come. */
    boolean isBegun() {
        return !open.isEmpty();
    }

    /** Takes a piece in. Whether more of its value comes. */
    boolean add(JsonFields piece) {
        String path = piece.textOrEmpty("jsonPath");
        String string = piece.text("stringValue");
        if (string == null || !path.equals(openString)) {
            place(path, piece);
            if (string == null) {
                text.append(value(piece));
            } else {
                text.append('"');
                openString = path;
            }
        }
        if (string != null) {
            String quoted = Json.write(string);
            text.append(quoted, 1, quoted.length() - 1);
        }
        return piece.flag("willContinue");
    }

    /** The growth of the text since the last call; without {@link #close}, it is no whole JSON yet. */
    String more() {
        String more = text.toString();
        text = new StringBuilder();
        return more;
    }

    /** Ends the text. */
    void close() {
        if (open.isEmpty()) {
            text.append("{}");
        }
        closeTo(0);
    }

    private static String value(JsonFields piece) {
        String value = piece.raw("numberValue");
        if (value == null) {
            value = piece.raw("boolValue");
        }
        if (value == null) {
            value = piece.has("nullValue") ? "null" : null;
        }
        if (value == null) {
            throw piece.mismatch("stringValue", "a value");
        }
        return value;
    }

    /** Moves to where a value goes: closes what it is not in, opens what it is in, writes its name. */
    private void place(String path, JsonFields piece) {
        List<Object> steps = steps(path, piece);
        if (open.isEmpty()) {
            begin(false);
        }
        int depth = 0;
        while (depth < steps.size() - 1
                && depth < open.size() - 1
                && open.get(depth).latest.equals(steps.get(depth))) {
            depth++;
        }
        closeTo(depth + 1);
        for (int i = depth; i < steps.size(); i++) {
            if (i > depth) {
                begin(steps.get(i) instanceof Integer);
            }
            step(open.getLast(), steps.get(i), piece);
        }
    }

    private void begin(boolean isList) {
        open.add(new Open(isList));
        text.append(isList ? '[' : '{');
    }

    private void step(Open container, Object step, JsonFields piece) {
        boolean fits = step instanceof String name
                ? !container.isList && container.names.add(name)
                : container.isList && step.equals(container.size);
        if (!fits) {
            throw piece.mismatch("jsonPath", "a path behind those before it");
        }
        if (container.size++ > 0) {
            text.append(',');
        }
        if (step instanceof String name) {
            text.append(Json.write(name)).append(':');
        }
        container.latest = step;
    }

    /** Closes the open string, and all but so many containers. */
    private void closeTo(int depth) {
        if (openString != null) {
            text.append('"');
            openString = null;
        }
        while (open.size() > depth) {
            text.append(open.removeLast().isList ? ']' : '}');
        }
    }

    /** {@code $.a[0]['b c']} as names and indexes. */
    private static List<Object> steps(String path, JsonFields piece) {
        var steps = new ArrayList<Object>();
        Matcher step = STEP.matcher(path);
        int at = path.startsWith("$") ? 1 : 0;
        while (at < path.length()
                && steps.size() < DEEPEST
                && step.region(at, path.length()).lookingAt()) {
            String index = step.group(2);
            steps.add(index == null ? name(step) : Integer.valueOf(index));
            at = step.end();
        }
        if (at < path.length() || steps.isEmpty()) {
            throw piece.mismatch("jsonPath", "the path of an argument");
        }
        return steps;
    }

    private static String name(Matcher step) {
        String name = step.group(1);
        if (name == null) {
            name = step.group(3);
        }
        return name == null ? step.group(4) : name;
    }
}
