package dev.sluice.message;

import java.util.Map;
import java.util.OptionalInt;

/**
 * A model that can be asked.
 *
 * @param id what {@link MessageRequest#model()} takes
 * @param name for people to read; the id if the provider has none
 * @param inputLimit the most tokens a prompt may have, if the provider says
 * @param outputLimit the most tokens an answer may have, if the provider says
 * @param extra every other field of the wire, by name, each as raw JSON text
 */
public record ModelInfo(
        String id, String name, OptionalInt inputLimit, OptionalInt outputLimit, Map<String, String> extra) {
    /** Copies {@code extra}. */
    public ModelInfo {
        extra = RawFields.copy(extra);
    }
}
