package dev.sluice.relay;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** One watcher's connection, as its web server has it. The interface for adapters. */
public interface EventSink {

    /**
     * Writes frames and flushes them: each a server-sent event with its blank line, or a WebSocket message. Blocks while the
     * connection takes no more, for a bounded time. Called by one thread at a time, which is a virtual one.
     *
     * @throws IOException if the connection is gone
     */
    void write(List<String> frames) throws IOException;

    /**
     * The counter that this sink increments when the connection has taken some of what is being written. It
     * distinguishes a slow reader, which may continue, from one that takes nothing. Asked for once, before the first
     * write. If nobody increments it, as by default, only a whole write counts.
     */
    default AtomicLong progress() {
        return new AtomicLong();
    }

    /**
     * Takes what is to be called, once, when the adapter notices that the connection is gone; at once if it is. Called before
     * the first write.
     */
    void onGone(Runnable gone);

    /** Ends the connection after what was written. Does not throw; a second call does nothing. */
    void close();

    /** Cuts the connection, so that its reader cannot take what it has for the whole. Does not throw. */
    void abort();
}
