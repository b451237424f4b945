package dev.sluice.message;

import dev.sluice.internal.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object of a conversation that was stored. A wrong field is an {@link IllegalArgumentException} that says where it
 * is; a null counts as absent.
 *
 * @param path where the object is; empty for the whole
 * @param fields what it has
 */
record StoredJson(String path, Map<?, ?> fields) {

    static StoredJson of(String json) {
        try {
            return new StoredJson("", Json.readObject(json));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a stored conversation: " + e.getMessage(), e);
        }
    }

    /** A text that must be there. */
    String text(String name) {
        String text = textOrNull(name);
        if (text == null) {
            throw wrong(name, "is missing");
        }
        return text;
    }

    String textOrEmpty(String name) {
        String text = textOrNull(name);
        return text == null ? "" : text;
    }

    @Nullable
    String textOrNull(String name) {
        return get(name, String.class, "a text");
    }

    boolean flag(String name) {
        Boolean flag = get(name, Boolean.class, "true or false");
        return flag != null && flag;
    }

    /** A whole number; zero if it is not there. */
    long number(String name) {
        Object number = fields.get(name);
        return switch (number) {
            case null -> 0;
            case Integer small -> small;
            case Long large -> large;
            default -> throw wrong(name, "is no whole number");
        };
    }

    /** An object; one without fields if it is not there. */
    StoredJson object(String name) {
        Map<?, ?> object = get(name, Map.class, "an object");
        return new StoredJson(at(name), object == null ? Map.of() : object);
    }

    /** The objects of a list, each made a value; empty if it is not there. */
    <T> List<T> each(String name, Function<StoredJson, T> made) {
        List<?> list = get(name, List.class, "a list");
        var all = new ArrayList<T>();
        for (Object item : list == null ? List.of() : list) {
            String place = name + "[" + all.size() + "]";
            if (!(item instanceof Map<?, ?> object)) {
                throw wrong(place, "is not an object");
            }
            all.add(made.apply(new StoredJson(at(place), object)));
        }
        return all;
    }

    /** Texts by name; empty if they are not there. */
    Map<String, String> texts(String name) {
        StoredJson object = object(name);
        var texts = new LinkedHashMap<String, String>();
        object.fields.keySet().forEach(key -> texts.put((String) key, object.text((String) key)));
        return texts;
    }

    IllegalArgumentException wrong(String name, String what) {
        return new IllegalArgumentException("not a stored conversation: " + at(name) + " " + what);
    }

    private <T> @Nullable T get(String name, Class<T> type, String what) {
        Object value = fields.get(name);
        if (value != null && !type.isInstance(value)) {
            throw wrong(name, "is not " + what);
        }
        return type.cast(value);
    }

    private String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
