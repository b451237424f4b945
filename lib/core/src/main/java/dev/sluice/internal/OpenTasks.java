package dev.sluice.internal;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;

/**
 * Opens HTTP exchanges for the transports: each up to its head, on a virtual thread of its own. The caller can
 * leave at once in every state, even while the system looks a name up, which no interrupt ends. The thread ends with the head,
 * and with it the deep stack that opening took. Safe for use by any number of threads.
 */
public final class OpenTasks {
    private final ThreadFactory threads;
    private final Set<FutureTask<?>> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Tasks whose threads have this prefix and a number for a name. */
    public OpenTasks(String prefix) {
        this(Thread.ofVirtual().name(prefix, 0).factory());
    }

    /** Tasks on threads of this factory, which makes virtual ones. */
    public OpenTasks(ThreadFactory threads) {
        this.threads = threads;
    }

    /**
     * Runs an exchange up to its head, and waits for it.
     *
     * @param exchange sends a request and returns the head of the response
     * @param giveUp gives the exchange up in each of its states; called on the caller's thread if the caller leaves
     *     early
     * @return the head
     * @throws IOException why there is none: what the exchange said, or that the transport is closed
     * @throws InterruptedException if the caller was interrupted, before or while it waited; before, nothing is sent
     */
    public <T> T run(Callable<T> exchange, Runnable giveUp) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        var task = new FutureTask<>(exchange);
        running.add(task);
        try {
            if (closed) {
                throw new IOException("The transport is closed");
            }
            threads.newThread(task).start();
            return task.get();
        } catch (InterruptedException e) {
            task.cancel(true);
            giveUp.run(); // the head may have come just now; nobody would close the response
            throw e;
        } catch (CancellationException e) {
            giveUp.run();
            throw new IOException("The transport was closed", e);
        } catch (ExecutionException e) {
            if (closed) {
                throw new IOException("The transport was closed", e.getCause());
            }
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IOException("The HTTP client failed", e.getCause());
            }
        } finally {
            running.remove(task);
        }
    }

    /** Whether {@link #close} or {@link #refuse} was called. */
    public boolean isClosed() {
        return closed;
    }

    /** Ends what is being opened, and refuses what is opened later. Does not wait. */
    public void close() {
        refuse();
        running.forEach(task -> task.cancel(true));
    }

    /** Refuses what is opened later. */
    public void refuse() {
        closed = true;
    }
}
