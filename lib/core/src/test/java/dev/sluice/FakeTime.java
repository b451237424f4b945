package dev.sluice;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** A clock that a test moves. What falls due runs on the thread that moves it, in order. */
public final class FakeTime implements TimeSource {
    private record Task(long due, Runnable action) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Task> tasks = new ArrayList<>();
    private long now = 1_000_000_000L;

    @Override
    public long nanos() {
        lock.lock();
        try {
            return now;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Instant now() {
        return Instant.parse("2026-11-01T00:00:00Z").plusNanos(nanos() - 1_000_000_000L);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable action) {
        lock.lock();
        try {
            var task = new Task(now + delay.toNanos(), action);
            tasks.add(task);
            return () -> remove(task);
        } finally {
            lock.unlock();
        }
    }

    /** Moves the clock, stopping at each task that falls due on the way. */
    public void advance(Duration by) {
        long target = nanos() + by.toNanos();
        for (Task task = nextDue(target); task != null; task = nextDue(target)) {
            task.action().run();
        }
        lock.lock();
        try {
            now = target;
        } finally {
            lock.unlock();
        }
    }

    /** How many tasks wait for their time. */
    public int scheduled() {
        lock.lock();
        try {
            return tasks.size();
        } finally {
            lock.unlock();
        }
    }

    private Task nextDue(long target) {
        lock.lock();
        try {
            var next = tasks.stream().filter(task -> task.due() <= target).min(Comparator.comparingLong(Task::due));
            next.ifPresent(task -> {
                tasks.remove(task);
                now = Math.max(now, task.due());
            });
            return next.orElse(null);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Task task) {
        lock.lock();
        try {
            tasks.remove(task);
        } finally {
            lock.unlock();
        }
    }
}
