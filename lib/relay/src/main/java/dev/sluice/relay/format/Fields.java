package dev.sluice.relay.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object that a client sent, asked for by name and kind.
 *
 * @param path where the object is, for messages; empty for the whole
 */
record Fields(String path, Map<?, ?> object) {

    /** A request's. */
    static Fields of(Map<String, Object> body) {
        return new Fields("", body);
    }

    /** A field's value; null if there is none. */
    @Nullable
    Object get(String name) {
        return object.get(name);
    }

    /** A text that has to be there. */
    String text(String name) {
        if (get(name) instanceof String text) {
            return text;
        }
        throw wrong(name, "must be a text");
    }

    /** A name that has to be there. */
    String name(String name) {
        String text = text(name);
        if (text.isBlank()) {
            throw wrong(name, "must not be blank");
        }
        return text;
    }

    /** A text that may be missing. */
    String textOr(String name, String otherwise) {
        return get(name) == null ? otherwise : text(name);
    }

    /** An object that has to be there. */
    Fields in(String name) {
        return fields(at(name), get(name));
    }

    /** A list of objects that has to be there. */
    List<Fields> each(String name) {
        if (!(get(name) instanceof List<?> list)) {
            throw wrong(name, "must be a list");
        }
        var each = new ArrayList<Fields>();
        for (Object item : list) {
            each.add(fields(at(name) + "[" + each.size() + "]", item));
        }
        return each;
    }

    /** The exception for a field. */
    IllegalArgumentException wrong(String name, String what) {
        return new IllegalArgumentException(at(name) + ": " + what);
    }

    private String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static Fields fields(String path, @Nullable Object value) {
        if (value instanceof Map<?, ?> object) {
            return new Fields(path, object);
        }
        throw new IllegalArgumentException(path + ": must be an object");
    }
}
