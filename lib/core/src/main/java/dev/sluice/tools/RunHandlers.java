package dev.sluice.tools;

import dev.sluice.internal.CallbackErrors;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The handlers of a run's events. Safe for use by any thread. A handler that is added or removed while an event is
 * being delivered counts from the next event on.
 */
final class RunHandlers {
    private record Entry(Class<? extends RunEvent> type, Consumer<RunEvent> handler, Object given, boolean once) {}

    private final List<Entry> entries = new CopyOnWriteArrayList<>();

    <E extends RunEvent> void add(Class<E> type, Consumer<? super E> handler, boolean once) {
        entries.add(new Entry(type, event -> handler.accept(type.cast(event)), handler, once));
    }

    /** Removes one instance of the handler, the oldest. */
    void remove(Class<? extends RunEvent> type, Object handler) {
        entries.stream()
                .filter(entry -> entry.type().equals(type) && entry.given().equals(handler))
                .findFirst()
                .ifPresent(entries::remove);
    }

    /** Calls each handler of the event's kind, even if one throws; a handler for one event is removed before. */
    void emit(RunEvent event) {
        if (entries.isEmpty()) {
            return;
        }
        var callbacks = new CallbackErrors();
        entries.forEach(entry -> {
            if (entry.type().isInstance(event) && (!entry.once() || entries.remove(entry))) {
                callbacks.run(() -> entry.handler().accept(event));
            }
        });
        callbacks.throwFirst();
    }
}
