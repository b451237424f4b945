package dev.sluice.redis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The runs that this node writes, and how each is stopped: once, whether somebody here or on another node asks. */
final class LocalRuns {
    private final Map<String, Run> runs = new ConcurrentHashMap<>();

    /**
     * A run.
     *
     * @param inMemory whether its events are in this machine's memory
     */
    record Run(String streamId, Consumer<String> cancel, boolean inMemory) {
        /** One that is stopped once. */
        static Run of(String streamId, Consumer<String> cancel, boolean inMemory) {
            var told = new AtomicBoolean();
            return new Run(
                    streamId,
                    reason -> {
                        if (told.compareAndSet(false, true)) {
                            cancel.accept(reason);
                        }
                    },
                    inMemory);
        }
    }

    /** Adds a new run. */
    void add(Run run) {
        if (runs.putIfAbsent(run.streamId, run) != null) {
            throw new IllegalArgumentException("streamId: there is such a stream already");
        }
    }

    /** Adds a run that goes on with a stream, maybe in the place of one that wrote it here before. */
    void replace(Run run) {
        runs.put(run.streamId, run);
    }

    boolean isInMemory(String streamId) {
        var run = runs.get(streamId);
        return run != null && run.inMemory;
    }

    void remove(Run run) {
        runs.remove(run.streamId, run);
    }

    /** Stops a run, if it has not ended. */
    void cancel(String streamId, String reason) {
        var run = runs.get(streamId);
        if (run != null) {
            run.cancel.accept(reason);
        }
    }
}
