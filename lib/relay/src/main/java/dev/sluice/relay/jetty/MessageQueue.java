package dev.sluice.relay.jetty;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Handles a client's messages one at a time, in order, on virtual threads, so that reading continues while a run is
 * started. Safe for use by any thread; no method blocks.
 */
final class MessageQueue {
    private static final int MOST = 4;

    /** How many characters may be held when one more message is read, which may be as long as a request's body. */
    private static final int MOST_CHARACTERS = 64 * 1024;

    private final Consumer<String> handler;
    private final Runnable onRoom;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<String> waiting = new ArrayDeque<>(); // guarded by the lock
    private int held; // characters of those that wait and of the one that is handled; guarded by the lock
    private boolean full; // nobody reads until onRoom was called; guarded by the lock
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
            held += message.length();
            full = !hasRoom();
            if (!busy) {
                busy = true;
                start(() -> handleNext(0));
            }
            return !full;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing may be added until there is room again. */
    boolean isFull() {
        lock.lock();
        try {
            return full;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom() {
        return waiting.size() < MOST && held < MOST_CHARACTERS;
    }

    /** Continues after a message of this length. */
    private void handleNext(int handled) {
        String message;
        lock.lock();
        try {
            message = waiting.poll();
            busy = message != null;
            held -= handled;
            if (full && hasRoom()) {
                full = false;
                start(onRoom);
            }
        } finally {
            lock.unlock();
        }
        if (message != null) {
            try {
                handler.accept(message);
            } finally {
                start(() -> handleNext(message.length())); // also after an error
            }
        }
    }

    private static void start(Runnable task) {
        Thread.ofVirtual().name("sluice-message").start(task);
    }
}
