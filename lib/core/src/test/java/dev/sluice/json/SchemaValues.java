package dev.sluice.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Values that fit a schema, the same for the same seed. */
final class SchemaValues {
    private static final int DEEP = 6;

    private final Map<String, Object> root;
    private final Random random;

    SchemaValues(Map<String, Object> root, Random random) {
        this.root = root;
        this.random = random;
    }

    Object next() {
        return value(root, 0);
    }

    private Object value(Map<?, ?> schema, int depth) {
        if (schema.get("$ref") instanceof String reference) {
            return value(referred(reference), depth);
        }
        if (schema.get("anyOf") instanceof List<?> choices) {
            int choice = depth > DEEP ? 0 : random.nextInt(choices.size());
            return value((Map<?, ?>) choices.get(choice), depth + 1);
        }
        if (schema.containsKey("const")) {
            return schema.get("const");
        }
        if (schema.get("enum") instanceof List<?> choices) {
            return choices.get(random.nextInt(choices.size()));
        }
        return switch ((String) schema.get("type")) {
            case "null" -> null;
            case "boolean" -> random.nextBoolean();
            case "integer" -> random.nextInt(200) - 100;
            case "number" -> random.nextBoolean() ? random.nextInt(100) : random.nextDouble();
            case "string" -> text((String) schema.get("format"));
            case "array" -> {
                var items = new ArrayList<Object>();
                for (int i = depth > DEEP ? 0 : random.nextInt(3); i > 0; i--) {
                    items.add(value((Map<?, ?>) schema.get("items"), depth + 1));
                }
                yield items;
            }
            case "object" -> object(schema, depth);
            default -> throw new AssertionError(schema);
        };
    }

    private Object object(Map<?, ?> schema, int depth) {
        var fields = new LinkedHashMap<String, Object>();
        if (schema.get("additionalProperties") instanceof Map<?, ?> values) {
            fields.put("metre", value(values, depth + 1));
            return fields;
        }
        ((Map<?, ?>) schema.get("properties"))
                .forEach((name, field) -> fields.put((String) name, value((Map<?, ?>) field, depth + 1)));
        return fields;
    }

    private String text(String format) {
        return switch (format) {
            case null -> random.nextBoolean() ? "2026-11-21T16:50:00" : "2026-01-01T00:00:01";
            case "date" -> "2026-11-" + (10 + random.nextInt(20));
            case "date-time" -> "2026-11-21T16:50:00" + (random.nextBoolean() ? "Z" : "+02:00");
            case "duration" -> "PT" + random.nextInt(100) + "M";
            case "uuid" -> "01234567-89ab-cdef-0123-456789abcdef";
            case "uri" -> "https://example.com/" + random.nextInt(9);
            default -> throw new AssertionError(format);
        };
    }

    private Map<?, ?> referred(String reference) {
        Map<?, ?> at = root;
        for (String name : reference.substring(1).split("/")) {
            at = name.isEmpty() ? at : (Map<?, ?>) at.get(name);
        }
        return at;
    }
}
