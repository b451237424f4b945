package dev.sluice.relay;

import dev.sluice.internal.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Merges neighbouring pieces of one text, for a watcher that is behind: less to send, and the same words. The merged event
 * has the id of the last, so that who has it has all of them.
 */
final class Conflation {
    /** The fields, each in an event of its own, whose values are pieces of a text. */
    private static final List<String> TEXTS = List.of("text", "thinking", "input_json");

    private final List<RelayEvent> merged = new ArrayList<>();
    private final List<RelayEvent> pieces = new ArrayList<>(); // of one text
    private final StringBuilder text = new StringBuilder(); // of those
    private Map<String, Object> shape = Map.of(); // theirs

    private Conflation() {}

    /** The events, all neighbours that are pieces of one text as a single one. */
    static List<RelayEvent> merge(List<RelayEvent> events) {
        var conflation = new Conflation();
        events.forEach(conflation::add);
        conflation.close();
        return conflation.merged;
    }

    private void add(RelayEvent event) {
        Map<String, Object> fields =
                StreamFormat.mergeable().contains(event.type()) ? Json.readObject(event.json()) : Map.of();
        String name = textOf(fields);
        if (name == null) {
            close();
            merged.add(event);
            return;
        }
        String piece = (String) fields.put(name, "");
        if (!fields.equals(shape)) {
            close();
            shape = fields;
        }
        pieces.add(event);
        text.append(piece);
    }

    /** The name of the field that has the text; null if this is anything but a piece of one. */
    private static @Nullable String textOf(Map<String, Object> fields) {
        return TEXTS.stream()
                .filter(name -> fields.size() == 3 && fields.containsKey("index") && fields.get(name) instanceof String)
                .findFirst()
                .orElse(null);
    }

    private void close() {
        if (pieces.size() > 1) {
            var fields = new LinkedHashMap<>(shape);
            fields.replaceAll((name, value) -> "".equals(value) ? text.toString() : value);
            RelayEvent last = pieces.getLast();
            merged.add(new RelayEvent(last.id(), last.type(), Json.write(fields)));
        } else {
            merged.addAll(pieces);
        }
        pieces.clear();
        text.setLength(0);
        shape = Map.of();
    }
}
