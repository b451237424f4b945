package dev.sluice.tools;

import dev.sluice.internal.json.ParameterSchema;
import dev.sluice.message.ToolDefinition;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The tools of {@link Tool#methodsOf}. */
final class ToolMethodScanner {
    private ToolMethodScanner() {}

    /** Always in the same order, which a class's methods are not: the provider caches by it. */
    static List<Tool> of(Object target) {
        Class<?> type = Objects.requireNonNull(target, "target").getClass();
        var methods = new TreeMap<String, Method>();
        for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
            for (Method method : owner.getDeclaredMethods()) {
                ToolMethod tool = method.getAnnotation(ToolMethod.class);
                if (tool == null || method.isBridge()) {
                    continue;
                }
                Method other = methods.putIfAbsent(tool.name().isEmpty() ? method.getName() : tool.name(), method);
                if (other != null && !overrides(other, method)) {
                    throw unfit(
                            method, "has the same name as another tool; give it one with @ToolMethod(name = …)", null);
                }
            }
        }
        if (methods.isEmpty()) {
            throw new IllegalArgumentException("target: " + type.getName() + " has no @ToolMethod");
        }
        return methods.entrySet().stream()
                .map(named -> tool(named.getKey(), target, named.getValue()))
                .toList();
    }

    private static boolean overrides(Method method, Method inherited) {
        return method.getDeclaringClass() != inherited.getDeclaringClass()
                && method.getName().equals(inherited.getName())
                && Arrays.equals(method.getParameterTypes(), inherited.getParameterTypes());
    }

    private static Tool tool(String name, Object target, Method method) {
        if (!method.trySetAccessible()) {
            throw unfit(method, "cannot be called; make it and its class public, or open its package", null);
        }
        List<Parameter> fields = Arrays.stream(method.getParameters())
                .filter(parameter -> parameter.getType() != ToolContext.class)
                .toList();
        try {
            ParameterSchema inputs = ParameterSchema.of(fields);
            var definition = ToolDefinition.of(
                    name, method.getAnnotation(ToolMethod.class).value(), inputs.schema());
            return new Tool(
                    definition, inputs::read, (json, context) -> call(target, method, inputs.read(json), context));
        } catch (IllegalArgumentException e) {
            throw unfit(method, String.valueOf(e.getMessage()), e);
        }
    }

    private static @Nullable Object call(Object target, Method method, @Nullable Object[] inputs, ToolContext context)
            throws Exception {
        var arguments = new @Nullable Object[method.getParameterCount()];
        int next = 0;
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = method.getParameterTypes()[i] == ToolContext.class ? context : inputs[next++];
        }
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
                case Exception thrown -> throw thrown;
                case Error thrown -> throw thrown;
                case null, default -> throw e;
            }
        }
    }

    private static IllegalArgumentException unfit(Method method, String why, @Nullable Throwable cause) {
        String name = method.getDeclaringClass().getName() + "." + method.getName();
        return new IllegalArgumentException("target: " + name + ": " + why, cause);
    }
}
