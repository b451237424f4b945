package dev.sluice.relay.format;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The open text and reasoning parts of a UI message, each under an id of its own. A part opens with its first words. */
final class UiParts {
    private final Map<String, String> ids = new LinkedHashMap<>(); // by kind and the block's index
    private int made;

    /** More words of a block. */
    void add(TextDelta words, Consumer<String> chunks) {
        String kind = words.thinking() ? "reasoning" : "text";
        String id = ids.get(kind + words.index());
        if (id == null) {
            id = kind + "-" + ++made;
            ids.put(kind + words.index(), id);
            chunks.accept("{\"type\":\"" + kind + "-start\",\"id\":\"" + id + "\"}");
        }
        chunks.accept("{\"type\":\"" + kind + "-delta\",\"id\":\"" + id + "\",\"delta\":" + words.literal() + "}");
    }

    /** A block is over. */
    void end(Object index, Consumer<String> chunks) {
        end(ids.remove("reasoning" + index), chunks);
        end(ids.remove("text" + index), chunks);
    }

    /** All blocks are. */
    void endAll(Consumer<String> chunks) {
        ids.values().forEach(id -> end(id, chunks));
        ids.clear();
    }

    /** The client has dropped all of them. */
    void drop() {
        ids.clear();
    }

    private static void end(@Nullable String id, Consumer<String> chunks) {
        if (id != null) {
            String kind = id.substring(0, id.indexOf('-'));
            chunks.accept("{\"type\":\"" + kind + "-end\",\"id\":\"" + id + "\"}");
        }
    }
}
