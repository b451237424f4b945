package dev.sluice.relay.jetty;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Handles a client's messages one at a time, in order, on virtual threads, so that reading goes on while a run is started. Safe
 * for use by any thread; no method blocks.
 */
final class MessageQueue {
    /** Each may be as long as a request's body. */
    private static final int MOST = 4;

    private final Consumer<String> handler;
    private final Runnable onRoom;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<String> waiting = new ArrayDeque<>(); // guarded by the lock
    private boolean busy; // guarded by the lock

    /**
     * Makes an empty queue.
     *
     * @param handler handles one message; may block
     * @param onRoom called when a queue that was full has room again
     */
    MessageQueue(Consumer<String> handler, Runnable onRoom) {
        this.handler = handler;
        this.onRoom = onRoom;
    }

    /** Adds a message; whether there is room for one more. */
    boolean add(String message) {
        lock.lock();
        try {
            waiting.add(message);
            if (!busy) {
                busy = true;
                start(this::handleNext);
            }
            return waiting.size() < MOST;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing may be added until there is room again. */
    boolean isFull() {
        lock.lock();
        try {
            return waiting.size() >= MOST;
        } finally {
            lock.unlock();
        }
    }

    private void handleNext() {
        String message;
        lock.lock();
        try {
            if (waiting.size() == MOST) {
                start(onRoom);
            }
            message = waiting.poll();
            busy = message != null;
        } finally {
            lock.unlock();
        }
        if (message != null) {
            try {
                handler.accept(message);
            } finally {
                start(this::handleNext); // also after an error
            }
        }
    }

    private static void start(Runnable task) {
        Thread.ofVirtual().name("sluice-message").start(task);
    }
}
