package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;

/** A JSON object, read by a vendor who rejects what he does not know: every field has to be taken before {@link #end()}. */
final class Fields {
    private final Map<String, Object> left;
    private final String where;
    private final List<Fields> inner = new ArrayList<>();

    private Fields(Map<?, ?> fields, String where) {
        left = new LinkedHashMap<>();
        fields.forEach((name, value) -> left.put((String) name, value));
        this.where = where;
    }

    static Fields of(String json) {
        return new Fields(JsonMapper.shared().readValue(json, Map.class), "the request");
    }

    boolean isText(String name) {
        return left.get(name) instanceof String;
    }

    /** JSON text of a value. */
    static String json(Object value) {
        return JsonMapper.shared().writeValueAsString(value);
    }

    boolean has(String name) {
        return left.containsKey(name);
    }

    Object take(String name) {
        assertThat(left).as(where).containsKey(name);
        return left.remove(name);
    }

    String text(String name) {
        Object value = take(name);
        assertThat(value).as("%s, %s", where, name).isInstanceOf(String.class);
        return (String) value;
    }

    Fields object(String name) {
        Object value = take(name);
        assertThat(value).as("%s, %s", where, name).isInstanceOf(Map.class);
        inner.add(new Fields((Map<?, ?>) value, where + ", " + name));
        return inner.getLast();
    }

    /** What each object of a list is. */
    <T> List<T> each(String name, Function<Fields, T> read) {
        var all = new ArrayList<T>();
        if (has(name)) {
            for (Object item : (List<?>) take(name)) {
                var fields = new Fields((Map<?, ?>) item, where + ", in " + name);
                inner.add(fields);
                all.add(read.apply(fields));
            }
        }
        return all;
    }

    /** A field that must have this value. */
    Fields is(String name, Object value) {
        assertThat(take(name)).as("%s, %s", where, name).isEqualTo(value);
        return this;
    }

    /** That nothing is left, here and in all that was taken. */
    void end() {
        inner.forEach(Fields::end);
        assertThat(left).as("what %s has and nobody knows", where).isEmpty();
    }
}
