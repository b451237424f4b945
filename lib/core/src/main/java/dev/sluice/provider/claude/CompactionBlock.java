package dev.sluice.provider.claude;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A block that stands in for the conversation before it. It starts without content and gets all of it in a delta, so it
 * is held back until it is whole. It must be sent back to the API exactly as it is then, null content included.
 */
final class CompactionBlock {
    static final String TYPE = "compaction";

    /** The only field that deltas add to; each other field is what the last delta says. */
    private static final String CONTENT = "content";

    private final int index;
    private final Map<String, String> fields;

    CompactionBlock(int index, JsonFields block) {
        this.index = index;
        this.fields = fields(block);
    }

    boolean isAt(int other) {
        return index == other;
    }

    /** Takes in the fields of a delta. One that is null adds nothing. */
    void add(JsonFields delta) {
        Map<String, String> more = fields(delta);
        more.remove("type");
        more.values().removeIf("null"::equals);
        more.forEach(
                (name, json) -> fields.merge(name, json, name.equals(CONTENT) ? CompactionBlock::joined : (a, b) -> b));
    }

    /** The block with all that has come. */
    ContentBlockStart start() {
        return new ContentBlockStart(index, new ContentBlock.Unknown(TYPE, RawJson.object(fields)));
    }

    private static Map<String, String> fields(JsonFields wire) {
        Map<String, String> fields = RawJson.fields(wire.raw());
        return fields == null ? new LinkedHashMap<>() : fields;
    }

    private static String joined(String before, String more) {
        return Json.readAny(before) instanceof String text && Json.readAny(more) instanceof String added
                ? Json.write(text + added)
                : more;
    }
}
