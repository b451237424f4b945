package dev.sluice.provider.wire;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * Writes JSON objects field by field. Each object may have raw fields of the caller's, which are written as they are and
 * win over a field of the same name. Belongs to one thread.
 */
public final class JsonObjectWriter {
    private final JsonGenerator out;
    private final Deque<Map<String, String>> raw = new ArrayDeque<>();

    /** A writer that adds to the generator's output. */
    public JsonObjectWriter(JsonGenerator out) {
        this.out = out;
    }

    /** Begins an object that has no raw fields. */
    public void begin() {
        begin(Map.of());
    }

    /** Begins an object with the given raw fields. */
    public void begin(Map<String, String> rawFields) {
        raw.push(new LinkedHashMap<>(rawFields));
        out.writeStartObject();
    }

    /**
     * Begins the object of a field. If a raw field of that name is an object too, its fields are raw fields of this
     * one, so that the two are merged field by field. If it is anything else, returns false, and nothing is written.
     */
    public boolean beginMerged(String name) {
        String json = raw.element().get(name);
        Map<String, String> fields = json == null ? Map.of() : RawJson.fields(json);
        if (fields == null) {
            return false;
        }
        raw.element().remove(name);
        out.writeName(name);
        begin(fields);
        return true;
    }

    /** Writes the raw fields and ends the object. */
    public void end() {
        raw.pop().forEach((name, json) -> {
            out.writeName(name);
            raw(name, json);
        });
        out.writeEndObject();
    }

    /** Writes the name of a field whose value is written next; false, and nothing written, if a raw field has it. */
    public boolean named(String name) {
        if (raw.element().containsKey(name)) {
            return false;
        }
        out.writeName(name);
        return true;
    }

    /** Writes a raw field here rather than at the object's end; false, and nothing written, if there is none of that name. */
    public boolean rawField(String name) {
        String json = raw.element().remove(name);
        if (json == null) {
            return false;
        }
        out.writeName(name);
        raw(name, json);
        return true;
    }

    /** Writes the name of a field and begins its array; false, and nothing written, if a raw field has the name. */
    public boolean array(String name) {
        if (!named(name)) {
            return false;
        }
        beginArray();
        return true;
    }

    /** Begins an array, or an element that is one. */
    public void beginArray() {
        out.writeStartArray();
    }

    /** Ends the array that was begun last. */
    public void endArray() {
        out.writeEndArray();
    }

    /** Writes a field with a text, unless the caller set the field. */
    public void text(String name, String value) {
        if (named(name)) {
            text(value);
        }
    }

    /** Writes a text on its own: an item of an array, or the value of the field just named. */
    public void text(String value) {
        out.writeString(RawJson.wellFormed(value));
    }

    /** Writes a field with a whole number, unless the caller set the field. */
    public void number(String name, long value) {
        if (named(name)) {
            out.writeNumber(value);
        }
    }

    /** Writes a field with a number, unless the caller set the field. */
    public void number(String name, double value) {
        if (named(name)) {
            out.writeNumber(value);
        }
    }

    /** Writes a field with a boolean, unless the caller set the field. */
    public void flag(String name, boolean value) {
        if (named(name)) {
            out.writeBoolean(value);
        }
    }

    /**
     * Writes JSON text as it is: an item of an array, or the value of the field just named.
     *
     * @param what names it in the message if it is no JSON
     */
    public void raw(String what, String json) {
        if (!RawJson.isValue(json)) {
            throw new IllegalArgumentException(
                    what + ": must be one whole JSON value, but is '" + Excerpt.of(json) + "'");
        }
        out.writeRawValue(RawJson.wellFormed(json));
    }
}
