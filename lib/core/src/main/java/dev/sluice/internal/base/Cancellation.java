package dev.sluice.internal.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether and why one stream was cancelled, what stops it, and what is called when it was stopped: by a cancel or by a
 * limit. For any thread; nothing here blocks.
 *
 * <p>A callback gets what stopped the stream: the reason of a cancel, a {@code String}, or what {@link #end} was given.
 *
 * <p>The lock guards all other fields. It is held while the stream is stopped, so that a cancel and the stream's end have one order.
 */
public final class Cancellation {
    private final Class<?> logger;

    /** Read without the lock, on the callbacks' thread. */
    private volatile Consumer<Runnable> surroundings = Runnable::run;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Consumer<Object>> callbacks;
    private @Nullable Predicate<String> stop;
    private @Nullable String reason;
    private boolean unasked;
    private boolean ended;

    /** What the callbacks were told; null as long as they were not. */
    private @Nullable Object told;

    /**
     * Nothing is cancelled, and there is no stream yet.
     *
     * @param logger the class in whose name a failed callback is logged
     */
    public Cancellation(Class<?> logger, List<Consumer<Object>> callbacks) {
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

    /**
     * Notes that the stream has ended: from now on there is nothing to cancel. Runs the callbacks on a virtual thread if
     * something stopped the stream and they have not run. May be called again.
     *
     * @param stopped what stopped the stream; null if nothing did
     */
    public void end(@Nullable Object stopped) {
        if (stopped != null) {
            tell(stopped);
        }
        lock.lock();
        try {
            ended = true;
            callbacks.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Runs the callbacks on a virtual thread, unless they have run. The stream may have events that nobody has consumed. */
    public void tell(Object stopped) {
        List<Consumer<Object>> toRun;
        lock.lock();
        try {
            if (told != null || ended) {
                return;
            }
            told = stopped;
            toRun = List.copyOf(callbacks);
        } finally {
            lock.unlock();
        }
        start(toRun, stopped);
    }

    /** Stops the stream, then runs the callbacks on a virtual thread. Only the first call counts, and none after the end. */
    public void cancel(String reason) {
        cancel(reason, false);
    }

    /** Cancels a stream whose consumer did not ask for it: its thread was interrupted, or its client was closed. */
    public void cancelUnasked(String reason) {
        cancel(reason, true);
    }

    private void cancel(String reason, boolean unasked) {
        lock.lock();
        try {
            if (this.reason != null || ended || (stop != null && !stop.test(reason))) {
                return;
            }
            this.reason = reason;
            this.unasked = unasked;
        } finally {
            lock.unlock();
        }
        tell(reason);
    }

    /** Whether the stream was cancelled though its consumer did not ask for it. */
    public boolean isUnasked() {
        lock.lock();
        try {
            return unasked;
        } finally {
            lock.unlock();
        }
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

    /** Adds a callback; runs it at once, on a virtual thread, if the stream was stopped. */
    public void onCancel(Consumer<Object> callback) {
        Object stopped;
        lock.lock();
        try {
            stopped = told;
            if (stopped == null) {
                callbacks.add(callback);
                return;
            }
        } finally {
            lock.unlock();
        }
        start(List.of(callback), stopped);
    }

    private void start(List<Consumer<Object>> callbacks, Object stopped) {
        if (!callbacks.isEmpty()) {
            Thread.ofVirtual()
                    .name("sluice-on-cancel")
                    .start(() -> surroundings.accept(() -> callbacks.forEach(callback -> run(callback, stopped))));
        }
    }

    private void run(Consumer<Object> callback, Object stopped) {
        try {
            callback.accept(stopped);
        } catch (Throwable e) { // whatever it is, the others must not suffer
            Throwables.warn(logger, "An onCancel callback failed", e);
        }
    }
}
