package dev.sluice.internal.json;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.introspect.ClassIntrospector;
import tools.jackson.databind.jsontype.NamedType;

/**
 * The fields from which the JSON library reads an object of a class. It is asked, so that a schema cannot say something
 * else.
 *
 * @param description what the class is, for the model; null if it does not say
 * @param variant the field that distinguishes it from the other records of its sealed interface; null if there is none
 * @param fields the fields that are read, by the name of the component or of the class's field
 */
record ObjectShape(@Nullable String description, @Nullable Variant variant, Map<String, Field> fields) {

    /**
     * A field of the object.
     *
     * @param name as it is written
     * @param nullable whether it may be null
     * @param description what it is, for the model; null if the class does not say
     */
    record Field(String name, boolean nullable, @Nullable String description) {}

    /**
     * The field that names one of several records.
     *
     * @param field the field's name
     * @param name its value
     */
    record Variant(String field, String name) {}

    /**
     * The shape of a class.
     *
     * @throws IllegalArgumentException if nothing of it is read, or it is told from others in a way that is not known here
     */
    static ObjectShape of(Class<?> type) {
        DeserializationConfig config = Json.MAPPER.deserializationConfig();
        ClassIntrospector introspector = config.classIntrospectorInstance();
        AnnotatedClass annotated = introspector.introspectClassAnnotations(config.constructType(type));
        BeanDescription read = introspector.introspectForDeserialization(config.constructType(type), annotated);
        var fields = new LinkedHashMap<String, Field>();
        for (BeanPropertyDefinition property : read.findProperties()) {
            if (property.couldDeserialize()) {
                fields.put(
                        property.getInternalName(),
                        new Field(
                                property.getName(),
                                property.getPrimaryType().isReferenceType() || NullableMembers.any(property),
                                property.getMetadata().getDescription()));
            }
        }
        if (read.isNonStaticInnerClass() || (fields.isEmpty() && !type.isRecord())) {
            throw new IllegalArgumentException(
                    type.getSimpleName() + ": has no JSON Schema: nothing of it can be read; make it a record");
        }
        String description = config.getAnnotationIntrospector().findClassDescription(config, annotated);
        return new ObjectShape(description, variant(config, introspector, annotated), fields);
    }

    private static @Nullable Variant variant(
            DeserializationConfig config, ClassIntrospector introspector, AnnotatedClass type) {
        AnnotationIntrospector annotations = config.getAnnotationIntrospector();
        JsonTypeInfo.Value how = annotations.findPolymorphicTypeInfo(config, type);
        if (how == null) {
            return null;
        }
        Class<?> raw = type.getRawType();
        boolean named = how.getIdType() == JsonTypeInfo.Id.SIMPLE_NAME || how.getIdType() == JsonTypeInfo.Id.NAME;
        if (!named || how.getInclusionType() != JsonTypeInfo.As.PROPERTY) {
            throw new IllegalArgumentException(raw.getSimpleName()
                    + ": has no JSON Schema: of @JsonTypeInfo only names in a property are described");
        }
        String own = annotations.findTypeName(config, type);
        String name = Arrays.stream(raw.getInterfaces())
                .map(one -> introspector.introspectClassAnnotations(config.constructType(one)))
                .map(one -> annotations.findSubtypes(config, one))
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .filter(one -> one.getType() == raw && one.hasName())
                .map(NamedType::getName)
                .findFirst()
                .orElseGet(() -> own == null || own.isEmpty() ? unnamed(how.getIdType(), raw) : own);
        String field = how.getPropertyName();
        return new Variant(field == null ? how.getIdType().getDefaultPropertyName() : field, name);
    }

    private static String unnamed(JsonTypeInfo.Id id, Class<?> type) {
        return id == JsonTypeInfo.Id.NAME
                ? type.getName().substring(type.getName().lastIndexOf('.') + 1)
                : type.getSimpleName();
    }
}
