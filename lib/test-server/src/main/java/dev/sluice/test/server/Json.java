package dev.sluice.test.server;

import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON as requests have it and answers need it. */
final class Json {
    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** The elements of a list; none if it is something else. */
    static List<JsonNode> list(JsonNode array) {
        return array.isArray()
                ? StreamSupport.stream(array.spliterator(), false).toList()
                : List.of();
    }

    /** The text in a field; empty if there is none. */
    static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }

    /** Whether a text is one JSON object and nothing else. */
    static boolean isObject(String text) {
        try {
            return JsonMapper.shared().readTree(text).isObject();
        } catch (JacksonException notJson) {
            return false;
        }
    }

    /** The words of a content, which is a string or a list of blocks of which some have text. */
    static String words(JsonNode content) {
        if (content.isString()) {
            return content.asString();
        }
        var words = new StringBuilder();
        list(content).forEach(block -> words.append(text(block, "text")));
        return words.toString();
    }
}
