package dev.sluice.internal.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether and why one stream was cancelled, what stops it, and what is called then. For any thread; nothing here blocks.
 *
 * <p>The lock guards all other fields. It is held while the stream is stopped, so that a cancel and the stream's end have one order.
 */
public final class Cancellation {
    private final Class<?> logger;

    /** Read without the lock, on the callbacks' thread. */
    private volatile Consumer<Runnable> surroundings = Runnable::run;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Runnable> callbacks;
    private @Nullable Predicate<String> stop;
    private @Nullable String reason;
    private boolean ended;

    /**
     * Nothing is cancelled, and there is no stream yet.
     *
     * @param logger the class in whose name a failed callback is logged
     */
    public Cancellation(Class<?> logger, List<Runnable> callbacks) {
        this.logger = logger;
        this.callbacks = new ArrayList<>(callbacks);
    }

    /**
     * Takes the stream that can be cancelled.
     *
     * @param stop stops the stream for a reason and returns whether it was still running; never blocks. Called at once if
     *     this was cancelled already
     * @param surroundings runs the callbacks, on their thread, in the context of the thread that starts the stream
     * @throws IllegalStateException if there is a stream already
     */
    public void attach(Predicate<String> stop, Consumer<Runnable> surroundings) {
        lock.lock();
        try {
            if (this.stop != null) {
                throw new IllegalStateException("controller: it steers a stream already; make one for each stream");
            }
            this.stop = stop;
            this.surroundings = surroundings;
            if (reason != null) {
                var unused = stop.test(reason);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Notes that the stream has ended: from now on there is nothing to cancel. */
    public void detach() {
        lock.lock();
        try {
            ended = true;
            callbacks.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Stops the stream, then runs the callbacks on a virtual thread. Only the first call counts, and none after the end. */
    public void cancel(String reason) {
        List<Runnable> toRun;
        lock.lock();
        try {
            if (this.reason != null || ended) {
                return;
            }
            if (stop != null && !stop.test(reason)) {
                ended = true;
                return;
            }
            this.reason = reason;
            toRun = List.copyOf(callbacks);
        } finally {
            lock.unlock();
        }
        start(toRun);
    }

    /** Why the stream was cancelled, if it was. */
    public Optional<String> reason() {
        lock.lock();
        try {
            return Optional.ofNullable(reason);
        } finally {
            lock.unlock();
        }
    }

    /** Adds a callback for a cancel; runs it at once, on a virtual thread, if there was one. */
    public void onCancel(Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        lock.lock();
        try {
            if (reason == null) {
                callbacks.add(callback);
                return;
            }
        } finally {
            lock.unlock();
        }
        start(List.of(callback));
    }

    private void start(List<Runnable> callbacks) {
        if (!callbacks.isEmpty()) {
            Thread.ofVirtual()
                    .name("sluice-on-cancel")
                    .start(() -> surroundings.accept(() -> callbacks.forEach(this::run)));
        }
    }

    private void run(Runnable callback) {
        try {
            callback.run();
        } catch (Throwable e) { // whatever it is, the others must not suffer
            Throwables.warn(logger, "An onCancel callback failed", e);
        }
    }
}
