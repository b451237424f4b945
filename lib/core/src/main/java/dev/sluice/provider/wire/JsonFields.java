package dev.sluice.provider.wire;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.sse.SseReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Reads one JSON object of a wire, with its fields in any order. Fields that no method has asked for are {@link #rest()},
 * raw. A field that is null counts as absent. Reused from object to object: the next {@link #read} replaces all fields.
 * Belongs to one thread.
 *
 * <p>A field that has another type than the caller asks for is a {@link ProtocolError} that names it. Text that is no
 * JSON is a {@link JacksonException}.
 */
public final class JsonFields {
    /*
     * One pass of the parser fills the fields. Strings and numbers are stored by value, objects of the first level as
     * objects, because every caller asks for them, and so are the lists that are named in advance. Everything else is a
     * range of bytes that is parsed on demand. The raw text of a scalar is wanted so rarely that JsonRange parses the
     * whole object again for it.
     */
    private static final int LONG_DIGITS = 18;

    private final Set<String> eager;
    private final @Nullable JsonFields parent;
    private final String path;
    private final String list;
    private final JsonFieldList fields = new JsonFieldList();
    private final JsonRange range = new JsonRange(fields);
    private int base;
    private boolean mended;

    /** An empty object, to be {@link #read}. */
    public JsonFields() {
        this(Set.of());
    }

    /** An empty object; lists of objects that have these names, wherever they are, will be asked for. */
    public JsonFields(Set<String> eager) {
        this(eager, null, "", "");
    }

    /** An object of a field, or of a field's list. */
    private JsonFields(Set<String> eager, @Nullable JsonFields parent, String path, String list) {
        this.eager = eager;
        this.parent = parent;
        this.path = path;
        this.list = list;
    }

    /**
     * Reads the object that a range of bytes holds.
     *
     * @return false if it holds JSON, but not one object and nothing else
     * @throws JacksonException if it holds no JSON
     */
    public boolean read(byte[] source, int offset, int length) {
        try (JsonParser parser = RawJson.FACTORY.createParser(ObjectReadContext.empty(), source, offset, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            fill(parser, source, offset, true);
            return parser.nextToken() == null;
        }
    }

    /**
     * Reads the object that an event's data is; malformed UTF-8 in it as the standard of server-sent events has it.
     *
     * @return and throws as {@link #read(byte[], int, int)} does
     */
    public boolean read(SseReader sse) {
        mended = false;
        try {
            return read(sse.array(), sse.offset(), sse.length());
        } catch (JacksonException e) {
            byte[] mended = sse.data().getBytes(StandardCharsets.UTF_8);
            if (Arrays.equals(mended, 0, mended.length, sse.array(), sse.offset(), sse.offset() + sse.length())) {
                throw e;
            }
            this.mended = true;
            return read(mended, 0, mended.length);
        }
    }

    /** Whether it was read from other bytes than the event's, because those were malformed. */
    public boolean isMended() {
        return mended;
    }

    /** The text of a field; null if it is absent. */
    @Nullable
    public String text(String name) {
        JsonField field = fields.take(name);
        if (field == null) {
            return null;
        }
        if (field.token != JsonToken.VALUE_STRING) {
            throw mismatch(name, "a string");
        }
        return field.text;
    }

    /** The text of a field; empty if it is absent. */
    public String textOrEmpty(String name) {
        String text = text(name);
        return text == null ? "" : text;
    }

    /** The whole number of a field; {@code absent} if it is absent. */
    public long number(String name, long absent) {
        JsonField field = fields.take(name);
        if (field == null) {
            return absent;
        }
        if (!field.whole) {
            throw mismatch(name, "a whole number");
        }
        return field.number;
    }

    /** The whole number of a field; {@code absent} if it is absent or none. */
    public long numberIfAny(String name, long absent) {
        JsonField field = fields.take(name);
        return field == null || !field.whole ? absent : field.number;
    }

    /** Whether a field is true; if it is absent it is not. */
    public boolean flag(String name) {
        JsonField field = fields.take(name);
        if (field == null) {
            return false;
        }
        if (!field.token.isBoolean()) {
            throw mismatch(name, "true or false");
        }
        return field.token == JsonToken.VALUE_TRUE;
    }

    /** The number of a field that must be there and be a place in a list. */
    public int index(String name) {
        long number = number(name, -1);
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw mismatch(name, "a whole number from 0");
        }
        return (int) number;
    }

    /** The object of a field; null if it is absent. */
    @Nullable
    public JsonFields object(String name) {
        JsonField field = fields.take(name);
        if (field == null) {
            return null;
        }
        if (field.token != JsonToken.START_OBJECT) {
            throw mismatch(name, "an object");
        }
        JsonFields object = child(field);
        if (!field.isRead) {
            field.isRead = true;
            object.read(range.bytes(), field.start, field.end - field.start);
        }
        return object;
    }

    /** The object of a field that must be there. */
    public JsonFields needed(String name) {
        JsonFields object = object(name);
        if (object == null) {
            throw mismatch(name, "an object");
        }
        return object;
    }

    /** The objects of a list; empty if the field is absent. They are reused like this one. */
    public List<JsonFields> objects(String name) {
        JsonField field = fields.take(name);
        if (field == null) {
            return List.of();
        }
        if (!isList(field)) {
            throw mismatch(name, field.token == JsonToken.START_ARRAY ? "a list of objects" : "a list");
        }
        return field.items;
    }

    /** The objects of a list; empty if the field is absent or anything else. */
    public List<JsonFields> objectsIfAny(String name) {
        JsonField field = fields.find(name);
        return field == null || !isList(field) ? List.of() : objects(name);
    }

    /** A field as raw JSON text; null if it is absent. */
    @Nullable
    public String raw(String name) {
        JsonField field = fields.take(name);
        return field == null ? null : range.slices(other -> other == field).get(name);
    }

    /** The text of a field; null if it is absent or anything else. */
    @Nullable
    public String textIfAny(String name) {
        JsonField field = fields.find(name);
        return field == null || field.token != JsonToken.VALUE_STRING ? null : text(name);
    }

    /** Where a field's text begins in the bytes that this was read from, behind its quote; -1 if it has none. */
    public int textStart(String name) {
        JsonField field = fields.find(name);
        return field == null || field.token != JsonToken.VALUE_STRING ? -1 : range.textStart(field);
    }

    /** The object of a field; null if it is absent or anything else. */
    @Nullable
    public JsonFields objectIfAny(String name) {
        JsonField field = fields.find(name);
        return field == null || field.token != JsonToken.START_OBJECT ? null : object(name);
    }

    /** Asks for a field only if it has this text; whether it has. */
    public boolean takeIf(String name, String text) {
        JsonField field = fields.find(name);
        if (field == null || !text.equals(field.text)) {
            return false;
        }
        field.taken = true;
        return true;
    }

    /** Asks for a field without looking at it. */
    public void skip(String name) {
        fields.take(name);
    }

    /** Whether a field is there. Does not count as asking for it. */
    public boolean has(String name) {
        return fields.find(name) != null;
    }

    /** The names of the fields that are there, in their order. Does not count as asking for them. */
    public List<String> names() {
        var names = new ArrayList<String>();
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).token != JsonToken.VALUE_NULL) {
                names.add(fields.get(i).name);
            }
        }
        return names;
    }

    /** The fields nobody has asked for yet, in their order, each as raw JSON text. Asks for them. */
    public Map<String, String> rest() {
        return rest(field -> !field.taken && field.token != JsonToken.VALUE_NULL);
    }

    /** As {@link #rest()}, with the fields that are null: for an object that must be sent back exactly as it came. */
    public Map<String, String> restWithNulls() {
        return rest(field -> !field.taken);
    }

    private Map<String, String> rest(Predicate<JsonField> left) {
        if (!fields.any(left)) {
            return Map.of();
        }
        Map<String, String> rest = range.slices(left);
        fields.takeAll();
        return rest;
    }

    /** The whole object as raw JSON text. */
    public String raw() {
        return range.text();
    }

    /** That a field is not what it must be. */
    public ProtocolError mismatch(String name, String expected) {
        JsonFields root = this;
        var field = new StringBuilder(name);
        for (JsonFields above = parent; above != null; above = above.parent) {
            field.insert(0, root.path + ".");
            root = above;
        }
        return new ProtocolError(
                "The server sent '" + field + "' where " + expected + " was expected: " + Excerpt.of(root.raw()), null);
    }

    private void fill(JsonParser parser, byte[] source, int offset, boolean open) {
        fields.clear();
        base = offset;
        range.begin(source, tokenStart(parser));
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            JsonField field = fields.add(name);
            field.token = parser.nextToken();
            switch (field.token) {
                case VALUE_STRING -> field.text = parser.getString();
                case VALUE_NUMBER_INT -> {
                    field.whole = parser.getStringLength() <= LONG_DIGITS;
                    field.number = field.whole ? parser.getLongValue() : 0;
                }
                case START_OBJECT, START_ARRAY -> {
                    field.start = tokenStart(parser);
                    if (open && field.token == JsonToken.START_OBJECT) {
                        field.isRead = true;
                        child(field).fill(parser, source, offset, false);
                    } else if (field.token == JsonToken.START_ARRAY && eager.contains(name)) {
                        fillItems(field, parser, source, offset);
                    } else {
                        parser.skipChildren();
                    }
                    field.end = position(parser);
                }
                default -> {}
            }
        }
        range.end(position(parser));
    }

    /** Whether a field is a list of objects, which are read now if they have not been. */
    private boolean isList(JsonField field) {
        if (field.token != JsonToken.START_ARRAY) {
            return false;
        }
        if (!field.isRead) {
            try (JsonParser parser = range.parser(field.start, field.end)) {
                parser.nextToken();
                fillItems(field, parser, range.bytes(), field.start);
            }
        }
        return field.isRead;
    }

    /** Fills the objects of a list that has begun, to its end; if it has other things too, it counts as not read. */
    private void fillItems(JsonField field, JsonParser parser, byte[] source, int offset) {
        List<JsonFields> before = field.items;
        var items = new ArrayList<JsonFields>(before.size());
        boolean objects = true;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token != JsonToken.START_OBJECT) {
                objects = false;
                parser.skipChildren();
                continue;
            }
            int i = items.size();
            boolean known = i < before.size() && before.get(i).list.equals(field.name);
            JsonFields item =
                    known ? before.get(i) : new JsonFields(eager, this, field.name + "[" + i + "]", field.name);
            item.fill(parser, source, offset, true);
            items.add(item);
        }
        field.items = items;
        field.isRead = objects;
    }

    /** Releases the memory of all that was read. For an owner that may not read again for long. */
    public void clear() {
        fields.release();
        range.release();
    }

    private JsonFields child(JsonField field) {
        JsonFields object = field.object;
        if (object == null || !object.path.equals(field.name)) {
            object = new JsonFields(eager, this, field.name, "");
            field.object = object;
        }
        return object;
    }

    private int tokenStart(JsonParser parser) {
        return base + Math.toIntExact(parser.currentTokenLocation().getByteOffset());
    }

    private int position(JsonParser parser) {
        return base + Math.toIntExact(parser.currentLocation().getByteOffset());
    }
}
