package dev.sluice.internal.json;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.introspect.AnnotatedField;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedMethod;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.BeanPropertyDefinition;

/** Whether a property is marked {@code @Nullable}, by any annotation of that name, on the property or on its type. */
final class NullableMembers {
    private NullableMembers() {}

    static boolean any(BeanPropertyDefinition property) {
        return Stream.of(
                        property.getConstructorParameter(),
                        property.getField(),
                        property.getSetter(),
                        property.getGetter())
                .filter(Objects::nonNull)
                .flatMap(NullableMembers::annotations)
                .anyMatch(NullableMembers::isNullable);
    }

    static boolean any(Parameter parameter) {
        return all(parameter.getAnnotatedType(), parameter).anyMatch(NullableMembers::isNullable);
    }

    private static boolean isNullable(Annotation one) {
        return one.annotationType().getSimpleName().equals("Nullable");
    }

    private static Stream<Annotation> annotations(AnnotatedMember member) {
        return switch (member) {
            case AnnotatedParameter parameter -> {
                var owner = (Executable) parameter.getMember();
                yield all(
                        owner.getAnnotatedParameterTypes()[parameter.getIndex()],
                        owner.getParameters()[parameter.getIndex()]);
            }
            case AnnotatedField field -> all(field.getAnnotated().getAnnotatedType(), field.getAnnotated());
            case AnnotatedMethod method
            when method.getParameterCount() == 1 ->
                all(
                        method.getAnnotated().getAnnotatedParameterTypes()[0],
                        method.getAnnotated().getParameters()[0]);
            case AnnotatedMethod method -> all(method.getAnnotated().getAnnotatedReturnType(), method.getAnnotated());
            default -> Stream.of();
        };
    }

    private static Stream<Annotation> all(AnnotatedElement... elements) {
        return Arrays.stream(elements).flatMap(element -> Arrays.stream(element.getAnnotations()));
    }
}
