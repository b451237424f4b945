package dev.sluice.redis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The runs that this node writes, and how each is stopped: once, whether somebody here or on another node asks. */
final class LocalRuns {
    private final Map<String, Consumer<String>> runs = new ConcurrentHashMap<>();

    /** Adds a run; what it gives back is to be called instead of its own. */
    Consumer<String> add(String streamId, Consumer<String> cancel) {
        var told = new AtomicBoolean();
        Consumer<String> once = reason -> {
            if (told.compareAndSet(false, true)) {
                cancel.accept(reason);
            }
        };
        if (runs.putIfAbsent(streamId, once) != null) {
            throw new IllegalArgumentException("streamId: there is such a stream already");
        }
        return once;
    }

    boolean contains(String streamId) {
        return runs.containsKey(streamId);
    }

    void remove(String streamId) {
        runs.remove(streamId);
    }

    /** Stops a run, if it has not ended. */
    void cancel(String streamId, String reason) {
        var run = runs.get(streamId);
        if (run != null) {
            run.accept(reason);
        }
    }
}
