package dev.sluice.internal;

import dev.sluice.TimeSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The clock of a client, and whether it is closed: for what uses the client and must not outlive it. For any thread. */
public final class ClientLifetime {
    private final TimeSource time;
    private final Set<Runnable> onClose = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** The lifetime of a client that is open. */
    public ClientLifetime(TimeSource time) {
        this.time = time;
    }

    /** The clock and timer of the client and of all that it does. */
    public TimeSource time() {
        return time;
    }

    /** Whether the client has been closed. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Adds a callback for the client's close. It runs on the thread that closes the client, or at once if the client is closed.
     *
     * @param callback runs once, or twice if the client is being closed this moment; never blocks and never throws
     * @return takes it back
     */
    public Runnable onClose(Runnable callback) {
        onClose.add(callback);
        if (closed) {
            callback.run();
        }
        return () -> onClose.remove(callback);
    }

    /** Lets nothing more begin. */
    public void close() {
        closed = true;
    }

    /** Runs the callbacks of what uses the client. */
    public void runCallbacks() {
        onClose.forEach(Runnable::run);
    }
}
