package dev.sluice.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** What is run once when a claim is lost. For any thread. */
final class LossActions {
    /** Held for a few instructions. */
    private final ReentrantLock lock = new ReentrantLock();

    private final List<Runnable> actions = new ArrayList<>();
    private boolean lost;

    /** Adds an action; runs it at once if the claim is lost. */
    void add(Runnable action) {
        boolean now;
        lock.lock();
        try {
            now = lost;
            if (!now) {
                actions.add(action);
            }
        } finally {
            lock.unlock();
        }
        if (now) {
            action.run();
        }
    }

    /** The claim is lost. */
    void run() {
        List<Runnable> all;
        lock.lock();
        try {
            lost = true;
            all = List.copyOf(actions);
            actions.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(Runnable::run);
    }
}
