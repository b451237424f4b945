package dev.sluice.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What the beginning of a JSON text is worth, told by another parser: every token that the JSON library gives before it
 * meets the end of the text, in containers closed there. Slow, and only for beginnings of valid texts.
 */
final class ReferencePartialJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private ReferencePartialJson() {}

    /** The value; null if there is none. */
    static Object valueOf(String prefix) {
        var open = new ArrayList<Object>();
        var names = new ArrayList<String>();
        Object[] root = {null};
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), prefix)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case START_OBJECT, START_ARRAY -> {
                        Object container = token == JsonToken.START_OBJECT
                                ? new LinkedHashMap<String, Object>()
                                : new ArrayList<Object>();
                        put(open, names, root, container);
                        open.add(container);
                        names.add(null);
                    }
                    case END_OBJECT, END_ARRAY -> {
                        open.removeLast();
                        names.removeLast();
                    }
                    case PROPERTY_NAME -> names.set(names.size() - 1, parser.currentName());
                    case VALUE_STRING -> put(open, names, root, parser.getString());
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> put(open, names, root, parser.getNumberValue());
                    case VALUE_TRUE -> put(open, names, root, true);
                    case VALUE_FALSE -> put(open, names, root, false);
                    default -> put(open, names, root, null);
                }
            }
        } catch (JacksonException e) {
            // The text ends here.
        }
        return root[0];
    }

    @SuppressWarnings("unchecked")
    private static void put(List<Object> open, List<String> names, Object[] root, Object value) {
        if (open.isEmpty()) {
            root[0] = value;
        } else if (open.getLast() instanceof Map<?, ?> map) {
            ((Map<String, Object>) map).put(names.getLast(), value);
        } else {
            ((List<Object>) open.getLast()).add(value);
        }
    }
}
