package dev.sluice.internal.base;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Runs actions once when a claim on a run is lost. For any thread. */
public final class LostActions {
    /** Held for a few instructions. */
    private final ReentrantLock lock = new ReentrantLock();

    private final List<Runnable> actions = new ArrayList<>();
    private boolean lost;

    /** Adds an action; runs it at once if the claim is lost. */
    public void add(Runnable action) {
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
            run(action);
        }
    }

    /** The claim is lost. A second call does nothing. */
    public void run() {
        List<Runnable> all;
        lock.lock();
        try {
            lost = true;
            all = List.copyOf(actions);
            actions.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(LostActions::run);
    }

    /** Logs the failure of an action, so that the other actions run. */
    private static void run(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            Throwables.warn(LostActions.class, "An action that runs when a claim is lost has failed", e);
        }
    }
}
