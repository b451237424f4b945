package dev.sluice.internal.json;

import com.fasterxml.classmate.ResolvedType;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.CustomDefinition.AttributeInclusion;
import com.github.victools.jsonschema.generator.CustomDefinition.DefinitionType;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.MemberScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.generator.TypeScope;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the schema of one class: the generator walks the types and names those that are used twice; which fields an object
 * has, and what they are called, the library that reads it is asked ({@link ObjectShape}).
 */
public final class ClassSchemaGenerator {
    private static final Map<Class<?>, Class<?>> OPTIONAL_NUMBERS =
            Map.of(OptionalInt.class, int.class, OptionalLong.class, long.class, OptionalDouble.class, double.class);

    private final Map<Class<?>, ObjectShape> shapes = new HashMap<>();

    private ClassSchemaGenerator() {}

    /**
     * The schema as JSON text.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static String generate(Class<?> type) {
        if (!SchemaTypes.isObject(type)) {
            throw new IllegalArgumentException(
                    type.getSimpleName() + ": has no fields of its own; make it a component of a record");
        }
        ObjectNode schema = new ClassSchemaGenerator().generator().generateSchema(type);
        wrapDescribedReferences(schema);
        return Json.MAPPER.writeValueAsString(schema);
    }

    /** For several types, whose schemas share their definitions. */
    static SchemaBuilder schemas() {
        return new ClassSchemaGenerator().generator().buildMultipleSchemaDefinitions();
    }

    private SchemaGenerator generator() {
        var settings = new SchemaGeneratorConfigBuilder(
                        Json.MAPPER, SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .without(Option.SCHEMA_VERSION_INDICATOR)
                .with(
                        Option.STANDARD_FORMATS,
                        Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES,
                        Option.NULLABLE_ALWAYS_AS_ANYOF,
                        Option.INLINE_NULLABLE_SCHEMAS,
                        Option.PLAIN_DEFINITION_KEYS);
        settings.forTypesInGeneral()
                .withCustomDefinitionProvider(ClassSchemaGenerator::value)
                .withSubtypeResolver(ClassSchemaGenerator::records)
                .withPropertySorter(Comparator.comparingInt(this::place))
                .withTypeAttributeOverride(this::object);
        settings.forFields()
                .withIgnoreCheck(field -> !isRead(field))
                .withTargetTypeOverridesResolver(ClassSchemaGenerator::content)
                .withPropertyNameOverrideResolver(field -> of(field, ObjectShape.Field::name))
                .withNullableCheck(field -> of(field, ObjectShape.Field::nullable))
                .withRequiredCheck(field -> true)
                .withDescriptionResolver(field -> of(field, ObjectShape.Field::description));
        return new SchemaGenerator(settings.build());
    }

    private ObjectShape shape(Class<?> type) {
        return shapes.computeIfAbsent(type, ObjectShape::of);
    }

    /** Whether the field is one of the object's, and not one that the class has for itself. */
    private boolean isRead(FieldScope field) {
        if (field.isFakeContainerItemScope()) {
            return true;
        }
        Class<?> owner = field.getDeclaringType().getErasedType();
        if (!shape(owner).fields().containsKey(field.getDeclaredName())) {
            return false;
        }
        Class<?> unknown = SchemaTypes.undescribed(content(field).getFirst());
        if (unknown != null) {
            throw new IllegalArgumentException(owner.getSimpleName() + "." + field.getDeclaredName()
                    + ": has no JSON Schema: " + unknown.getTypeName()
                    + " is not among the types that JsonSchema describes");
        }
        return true;
    }

    /** Where a field stands: as the reader has them, in the order of a record's components. */
    private int place(MemberScope<?, ?> member) {
        var names = List.copyOf(
                shape(member.getDeclaringType().getErasedType()).fields().keySet());
        return names.indexOf(member.getDeclaredName());
    }

    private <T> @Nullable T of(FieldScope field, Function<ObjectShape.Field, @Nullable T> get) {
        if (field.isFakeContainerItemScope()) { // an item of the field's array
            return null;
        }
        ObjectShape.Field read =
                shape(field.getDeclaringType().getErasedType()).fields().get(field.getDeclaredName());
        return read == null ? null : get.apply(read);
    }

    /** The type of a field's value, if it has one. */
    private static List<ResolvedType> content(FieldScope field) {
        return List.of(content(field.getType(), number -> field.getContext().resolve(number)));
    }

    /** The type of what an {@code Optional} of some kind holds; the type itself if it is none. */
    static ResolvedType content(ResolvedType type, Function<Class<?>, ResolvedType> resolve) {
        Class<?> raw = type.getErasedType();
        if (raw == Optional.class) {
            return type.typeParametersFor(Optional.class).getFirst();
        }
        Class<?> number = OPTIONAL_NUMBERS.get(raw);
        return number == null ? type : resolve.apply(number);
    }

    /** Types that the generator would describe in a form that is not read: enums, bytes and times of a day. */
    private static @Nullable CustomDefinition value(ResolvedType type, SchemaGenerationContext context) {
        Class<?> raw = type.getErasedType();
        ObjectNode schema = Json.MAPPER.createObjectNode();
        if (raw.isEnum()) {
            ArrayNode names = schema.put("type", "string").putArray("enum");
            for (Object constant : raw.getEnumConstants()) {
                names.add(Json.MAPPER.<JsonNode>valueToTree(constant));
            }
        } else if (raw == byte.class || raw == Byte.class) {
            schema.put("type", "integer");
        } else if (raw == LocalTime.class) {
            schema.put("type", "string"); // the format "time" has a zone
        } else {
            return null;
        }
        return new CustomDefinition(schema, DefinitionType.INLINE, AttributeInclusion.NO);
    }

    /** The records that a sealed interface stands for; null for any other type. */
    private static @Nullable List<ResolvedType> records(ResolvedType type, SchemaGenerationContext context) {
        Class<?> raw = type.getErasedType();
        return SealedTypes.isSealedOfRecords(raw)
                ? Arrays.stream(raw.getPermittedSubclasses())
                        .map(one -> context.getTypeContext().resolveSubtype(type, one))
                        .toList()
                : null;
    }

    /** The parts of an object's schema that the generator leaves out. */
    private void object(ObjectNode schema, TypeScope scope, SchemaGenerationContext context) {
        Class<?> type = scope.getType().getErasedType();
        if (!SchemaTypes.isObject(type)) {
            return;
        }
        ObjectShape shape = shape(type);
        if (shape.description() != null) {
            schema.put("description", shape.description());
        }
        ObjectNode fields = schema.withObjectProperty("properties");
        ArrayNode required = schema.withArrayProperty("required");
        ObjectShape.Variant variant = shape.variant();
        if (variant != null) {
            if (fields.has(variant.field())) {
                throw new IllegalArgumentException(type.getSimpleName() + "." + variant.field()
                        + ": has the name of the field that tells the records of a sealed interface apart");
            }
            var others = new LinkedHashMap<String, JsonNode>();
            fields.properties().forEach(other -> others.put(other.getKey(), other.getValue()));
            fields.removeAll();
            fields.putObject(variant.field()).put("type", "string").put("const", variant.name());
            fields.setAll(others); // the nodes themselves: the generator still fills them in
            required.insert(0, variant.field());
        }
        schema.put("additionalProperties", false);
    }

    /** OpenAI's strict mode takes nothing beside a reference. */
    static void wrapDescribedReferences(JsonNode node) {
        node.forEach(ClassSchemaGenerator::wrapDescribedReferences);
        if (node instanceof ObjectNode schema && schema.has("$ref") && schema.size() > 1) {
            JsonNode reference = schema.remove("$ref");
            schema.putArray("anyOf").addObject().set("$ref", reference);
        }
    }
}
