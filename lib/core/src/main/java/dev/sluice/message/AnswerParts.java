package dev.sluice.message;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Message.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the parts of an answer that several providers made. */
final class AnswerParts {
    private AnswerParts() {}

    /** The parts; none if the text is not ours. */
    static List<Part> read(String json) {
        try {
            var parts = new ArrayList<Part>();
            if (Json.readAny(json) instanceof List<?> list) {
                list.forEach(part -> parts.add(part((Map<?, ?>) part)));
            }
            return List.copyOf(parts);
        } catch (IllegalArgumentException | ClassCastException | NullPointerException e) {
            return List.of(); // a server's field of the same name
        }
    }

    private static Part part(Map<?, ?> fields) {
        return new Part(
                (String) fields.get("provider"),
                (String) fields.get("model"),
                ((Number) fields.get("block")).intValue(),
                ((Number) fields.get("offset")).intValue());
    }
}
