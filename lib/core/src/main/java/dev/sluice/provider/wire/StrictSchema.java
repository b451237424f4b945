package dev.sluice.provider.wire;

import dev.sluice.internal.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds the members of a JSON Schema that a provider's strict mode rejects: with it a model can write nothing that does not fit, and
 * not every schema can be used so. A member is named by its path: {@code days[].notes}. A schema that is wrong in
 * another way is for the server to reject.
 */
public final class StrictSchema {
    private static final String WHOLE = "the whole";

    private StrictSchema() {}

    /** The first object that says that it has fields of any name, as a map does; empty if there is none. */
    public static Optional<String> openObject(String schema) {
        return find(schema, (object, path) -> {
            JsonNode more = object.path("additionalProperties");
            boolean isClosed = more.isMissingNode() || (more.isBoolean() && !more.booleanValue());
            return isClosed ? Optional.empty() : Optional.of(path);
        });
    }

    /** The first field that may be absent; empty if there is none. */
    public static Optional<String> optionalField(String schema) {
        return find(schema, (object, path) -> {
            Set<String> required = new HashSet<>();
            object.path("required").forEach(name -> required.add(name.asString("")));
            return object.path("properties").properties().stream()
                    .map(Map.Entry::getKey)
                    .filter(name -> !required.contains(name))
                    .findFirst()
                    .map(name -> field(path, name));
        });
    }

    /** The first member whose schema has itself in it; empty if there is none. */
    public static Optional<String> recursion(String schema) {
        return read(schema).flatMap(root -> recursion(root, root, "", List.of("#"), new HashSet<>()));
    }

    /** A definition is followed once, though it may be referred to by many, which each may be referred to by many. */
    private static Optional<String> recursion(
            ObjectNode root, JsonNode schema, String path, List<String> within, Set<String> followed) {
        String reference = schema.path("$ref").asString("");
        if (within.contains(reference)) {
            return Optional.of(path);
        }
        if (reference.startsWith("#/")) {
            if (!followed.add(reference)) {
                return Optional.empty();
            }
            var deeper = new ArrayList<>(within);
            deeper.add(reference);
            return recursion(root, root.at(reference.substring(1)), path, deeper, followed);
        }
        return members(schema, path, false)
                .flatMap(member -> recursion(root, member.schema, member.path, within, followed).stream())
                .findFirst();
    }

    private static Optional<String> find(String schema, BiFunction<ObjectNode, String, Optional<String>> rule) {
        return read(schema).flatMap(root -> find(root, "", rule));
    }

    private static Optional<String> find(
            JsonNode schema, String path, BiFunction<ObjectNode, String, Optional<String>> rule) {
        if (schema instanceof ObjectNode object
                && object.path("type").asString("").equals("object")) {
            Optional<String> wrong = rule.apply(object, path);
            if (wrong.isPresent()) {
                return wrong.map(found -> found.isEmpty() ? WHOLE : found);
            }
        }
        return members(schema, path, true)
                .flatMap(member -> find(member.schema, member.path, rule).stream())
                .findFirst();
    }

    private record Member(String path, JsonNode schema) {}

    private static Stream<Member> members(JsonNode schema, String path, boolean definitions) {
        var members = new ArrayList<Member>();
        schema.path("properties")
                .properties()
                .forEach(one -> members.add(new Member(field(path, one.getKey()), one.getValue())));
        if (definitions) {
            schema.path("$defs").properties().forEach(one -> members.add(new Member(one.getKey(), one.getValue())));
        }
        for (String items : List.of("items", "additionalProperties")) {
            if (schema.path(items).isObject()) {
                members.add(new Member(path + "[]", schema.path(items)));
            }
        }
        for (String choice : List.of("anyOf", "oneOf", "allOf")) {
            schema.path(choice).forEach(one -> members.add(new Member(path, one)));
        }
        return members.stream();
    }

    private static String field(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static Optional<ObjectNode> read(String schema) {
        try {
            return Optional.of(Json.readTree(schema));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
