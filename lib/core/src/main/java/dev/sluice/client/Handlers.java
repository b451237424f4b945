package dev.sluice.client;

import dev.sluice.internal.CallbackErrors;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The handlers of a stream's signals. Safe for use by any thread. A handler that is added or removed while a signal goes round
 * is told, or spared, from the next one on.
 */
final class Handlers {
    private record Entry(Object handler, boolean once) {}

    private final Map<Signal<?, ?>, List<Entry>> bySignal = new ConcurrentHashMap<>();

    <H> void add(Signal<H, ?> signal, H handler, boolean once) {
        bySignal.computeIfAbsent(signal, s -> new CopyOnWriteArrayList<>()).add(new Entry(handler, once));
    }

    /** Removes one instance of the handler, the oldest. */
    <H> void remove(Signal<H, ?> signal, H handler) {
        List<Entry> entries = bySignal.getOrDefault(signal, List.of());
        entries.stream()
                .filter(entry -> entry.handler().equals(handler))
                .findFirst()
                .ifPresent(entries::remove);
    }

    /** Whether nobody has ever listened: then an event costs nothing here. */
    boolean isEmpty() {
        return bySignal.isEmpty();
    }

    /** Whether anybody listens, so that nothing is built for nobody. */
    boolean listen(Signal<?, ?> signal) {
        List<Entry> entries = bySignal.get(signal);
        return entries != null && !entries.isEmpty();
    }

    /** Calls each handler of the signal, though one throws; one that is to be told once is removed before. */
    @SuppressWarnings("unchecked")
    <H> void emit(Signal<H, ?> signal, Consumer<H> call) {
        List<Entry> entries = bySignal.getOrDefault(signal, List.of());
        var callbacks = new CallbackErrors();
        entries.forEach(entry -> {
            if (entry.once()) {
                entries.remove(entry);
            }
            callbacks.run(() -> call.accept((H) entry.handler()));
        });
        callbacks.throwFirst();
    }
}
