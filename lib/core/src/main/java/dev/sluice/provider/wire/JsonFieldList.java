package dev.sluice.provider.wire;

import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** The fields of a {@link JsonFields}, in their order. Keeps the fields' objects, to use them again for the next JSON object. */
final class JsonFieldList {
    private static final int USUAL = 16;
    private static final JsonField[] NONE = {};

    private JsonField[] fields = NONE;
    private int size;

    int size() {
        return size;
    }

    JsonField get(int i) {
        return fields[i];
    }

    /** A field behind the others, with nothing but a name. */
    JsonField add(String name) {
        if (size == fields.length) {
            fields = Arrays.copyOf(fields, Math.max(USUAL, 2 * size));
        }
        JsonField field = fields[size];
        if (field == null) {
            field = new JsonField();
            fields[size] = field;
        }
        size++;
        field.name = name;
        field.text = null;
        field.whole = false;
        field.isRead = false;
        field.taken = false;
        return field;
    }

    /** The field of that name, which counts as asked for; null if it is absent or null. */
    @Nullable
    JsonField take(String name) {
        for (int i = 0; i < size; i++) {
            fields[i].taken |= fields[i].name.equals(name);
        }
        return find(name);
    }

    /** The field of that name; of several the last, as most readers of JSON have it. Null if it is absent or null. */
    @Nullable
    JsonField find(String name) {
        for (int i = size - 1; i >= 0; i--) {
            JsonField field = fields[i];
            if (field.name.equals(name)) {
                return field.token == JsonToken.VALUE_NULL ? null : field;
            }
        }
        return null;
    }

    boolean any(Predicate<JsonField> wanted) {
        for (int i = 0; i < size; i++) {
            if (wanted.test(fields[i])) {
                return true;
            }
        }
        return false;
    }

    /** All fields count as asked for. */
    void takeAll() {
        for (int i = 0; i < size; i++) {
            fields[i].taken = true;
        }
    }

    /** Removes all fields, and gives the memory back that far more of them than usual took. */
    void clear() {
        if (fields.length > 4 * USUAL) {
            fields = NONE;
        }
        size = 0;
    }

    /** Removes all fields and gives all memory back. */
    void release() {
        fields = NONE;
        size = 0;
    }
}
