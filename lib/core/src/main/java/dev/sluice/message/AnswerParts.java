package dev.sluice.message;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Message.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the parts of an answer that several providers made. */
final class AnswerParts {
    private AnswerParts() {}

    /** The parts; none if the text is not ours but a server's field of the same name. */
    static List<Part> read(String json) {
        var parts = new ArrayList<Part>();
        if (parsed(json) instanceof List<?> list) {
            for (Object part : list) {
                if (!(part instanceof Map<?, ?> fields
                        && fields.get("provider") instanceof String provider
                        && fields.get("model") instanceof String model
                        && fields.get("block") instanceof Number block
                        && fields.get("offset") instanceof Number offset)) {
                    return List.of();
                }
                parts.add(new Part(provider, model, block.intValue(), offset.intValue()));
            }
        }
        return List.copyOf(parts);
    }

    private static @Nullable Object parsed(String json) {
        try {
            return Json.readAny(json);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
