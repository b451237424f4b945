package dev.sluice.provider.wire;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;

/**
 * Keeps the bytes that a {@link JsonFields} was read from, and the range of its object in them. Finds a field's raw text
 * there by parsing the object again. Belongs to the thread of its {@link JsonFields}.
 */
final class JsonRange {
    private static final byte[] NOTHING = {};

    private final JsonFieldList fields; // the object's, in the order of the text
    private byte[] bytes = NOTHING; // not copied: valid until the next object is read
    private int start;
    private int end;

    JsonRange(JsonFieldList fields) {
        this.fields = fields;
    }

    /** Notes where an object begins; {@link #end} must follow before anything is read from here. */
    void begin(byte[] source, int position) {
        bytes = source;
        start = position;
    }

    void end(int position) {
        end = position;
    }

    void release() {
        bytes = NOTHING;
    }

    byte[] bytes() {
        return bytes;
    }

    /** The whole object as raw JSON text. */
    String text() {
        return slice(start, end);
    }

    /** A parser of a range of the same bytes. The caller closes it. */
    JsonParser parser(int from, int to) {
        return RawJson.FACTORY.createParser(ObjectReadContext.empty(), bytes, from, to - from);
    }

    /** The raw JSON text of some fields, by name, in their order. */
    Map<String, String> slices(Predicate<JsonField> wanted) {
        var slices = new LinkedHashMap<String, String>();
        try (JsonParser parser = parser(start, end)) {
            parser.nextToken();
            for (int i = 0; parser.nextName() != null; i++) {
                parser.nextToken();
                int from = start + Math.toIntExact(parser.currentTokenLocation().getByteOffset());
                parser.finishToken();
                parser.skipChildren();
                if (wanted.test(fields.get(i))) {
                    int to = start + Math.toIntExact(parser.currentLocation().getByteOffset());
                    slices.put(fields.get(i).name, slice(from, to));
                }
            }
        }
        return slices;
    }

    /** Where a field's text begins in the bytes, after its quote; -1 if the field is not in this object. */
    int textStart(JsonField field) {
        int at = -1;
        try (JsonParser parser = parser(start, end)) {
            parser.nextToken();
            for (int i = 0; parser.nextName() != null; i++) {
                parser.nextToken();
                if (fields.get(i) == field) {
                    at = start + Math.toIntExact(parser.currentTokenLocation().getByteOffset()) + 1;
                }
                parser.skipChildren();
            }
        }
        return at;
    }

    private String slice(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
