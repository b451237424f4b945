package dev.sluice.opentelemetry;

import dev.sluice.context.ContextCarrier;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;

/**
 * Carries OpenTelemetry's current {@link Context}, which holds the span and the baggage. A client finds it by itself if this module is
 * on the class path.
 */
public final class OpenTelemetryCarrier implements ContextCarrier {

    @Override
    public Captured capture() {
        Context captured = Context.current();
        return captured.equals(Context.root()) ? Captured.nothing() : code -> run(captured, code);
    }

    @SuppressWarnings("try") // the scope is only to be closed
    static void run(Context context, Runnable code) {
        try (Scope scope = context.makeCurrent()) {
            code.run();
        }
    }
}
