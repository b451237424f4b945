package dev.sluice.internal.json;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;

/**
 * Reads a sealed interface of records as the record that a field {@code type} names, unless the interface has the JSON
 * library's own annotation for it.
 */
final class SealedTypes extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;
    private static final JsonTypeInfo.Value BY_SIMPLE_NAME = JsonTypeInfo.Value.construct(
            JsonTypeInfo.Id.SIMPLE_NAME, JsonTypeInfo.As.PROPERTY, "type", null, false, null);

    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
        JsonTypeInfo.Value own = super.findPolymorphicTypeInfo(config, annotated);
        boolean ours = own == null && annotated instanceof AnnotatedClass type && isOneOfSeveral(type.getRawType());
        return ours ? BY_SIMPLE_NAME : own;
    }

    /** Whether the class is a sealed interface of records, or one of the records. */
    private static boolean isOneOfSeveral(Class<?> type) {
        return isSealedOfRecords(type)
                || ((type.isRecord() || type.isInterface())
                        && Arrays.stream(type.getInterfaces()).anyMatch(SealedTypes::isOneOfSeveral));
    }

    static boolean isSealedOfRecords(Class<?> type) {
        return type.isInterface()
                && type.isSealed()
                && Arrays.stream(type.getPermittedSubclasses())
                        .allMatch(one -> one.isRecord() || isSealedOfRecords(one));
    }
}
