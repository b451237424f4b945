package dev.sluice.internal.json;

import com.fasterxml.classmate.ResolvedType;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which types a schema can describe such that what fits the schema can be read. */
final class SchemaTypes {
    private static final Set<Class<?>> VALUES = Set.of(
            boolean.class,
            Boolean.class,
            byte.class,
            Byte.class,
            short.class,
            Short.class,
            int.class,
            Integer.class,
            long.class,
            Long.class,
            BigInteger.class,
            float.class,
            Float.class,
            double.class,
            Double.class,
            BigDecimal.class,
            String.class,
            UUID.class,
            URI.class,
            LocalDate.class,
            LocalDateTime.class,
            LocalTime.class,
            Instant.class,
            OffsetDateTime.class,
            ZonedDateTime.class,
            Duration.class);

    private SchemaTypes() {}

    /** The first type in this one that no schema describes; null if there is none. */
    static @Nullable Class<?> undescribed(ResolvedType type) {
        Class<?> raw = type.getErasedType();
        if (raw == byte[].class) { // which is read from a text
            return raw;
        }
        if (type.isArray()) {
            return undescribed(type.getArrayElementType());
        }
        if (type.isInstanceOf(Collection.class)) {
            return undescribed(parameter(type, Collection.class, 0));
        }
        if (type.isInstanceOf(Map.class)) {
            Class<?> key = parameter(type, Map.class, 0).getErasedType();
            return key == String.class || key.isEnum() ? undescribed(parameter(type, Map.class, 1)) : key;
        }
        boolean described = VALUES.contains(raw) || raw.isEnum() || SealedTypes.isSealedOfRecords(raw) || isObject(raw);
        return described ? null : raw;
    }

    /** Whether a value of the class is read from an object whose fields are those of the class. */
    static boolean isObject(Class<?> type) {
        return !type.isInterface()
                && !type.isEnum()
                && !type.isArray()
                && !type.isPrimitive()
                && !Modifier.isAbstract(type.getModifiers())
                && type.getClassLoader() != null // the JDK's classes have forms of their own
                && !Collection.class.isAssignableFrom(type)
                && !Map.class.isAssignableFrom(type);
    }

    private static ResolvedType parameter(ResolvedType type, Class<?> of, int index) {
        List<ResolvedType> parameters = type.typeParametersFor(of);
        return parameters.isEmpty() ? type : parameters.get(index);
    }
}
