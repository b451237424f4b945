package dev.sluice.tools;

import java.util.Objects;

/**
 * Names a value that the application hands to the tools of a run: {@link ToolLoop.Builder#attribute} sets it, {@link
 * ToolContext#attribute} gives it back. The model sees nothing of it. Keep it in a constant, because two attributes of one name are
 * not the same.
 *
 * <pre>{@code static final RunAttribute<Tenant> TENANT = RunAttribute.named("tenant");}</pre>
 *
 * @param <T> the value
 */
@SuppressWarnings("UnusedTypeParameter") // it is the type of what is put and got
public final class RunAttribute<T> {
    private final String name;

    private RunAttribute(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    /** An attribute; the name is for messages. */
    public static <T> RunAttribute<T> named(String name) {
        return new RunAttribute<>(name);
    }

    /** Its name. */
    @Override
    public String toString() {
        return name;
    }
}
