package dev.sluice.relay;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;

/** A clock that a test moves. What falls due runs on the thread that moves it, in order. */
public class FakeTime implements TimeSource {
    private record Task(long due, Runnable action) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparingLong(Task::due));
    private volatile long now = -5; // a moment that means nothing, and may be negative

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(now);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable action) {
        lock.lock();
        try {
            var task = new Task(now + Math.max(0, delay.toNanos()), action);
            tasks.add(task);
            return () -> remove(task);
        } finally {
            lock.unlock();
        }
    }

    public void advance(Duration by) {
        long target = now + by.toNanos();
        for (var task = due(target); task.isPresent(); task = due(target)) {
            task.get().action().run();
        }
        now = target;
    }

    public int scheduled() {
        lock.lock();
        try {
            return tasks.size();
        } finally {
            lock.unlock();
        }
    }

    private Optional<Task> due(long target) {
        lock.lock();
        try {
            if (tasks.isEmpty() || tasks.peek().due() > target) {
                return Optional.empty();
            }
            Task task = tasks.remove();
            now = Math.max(now, task.due());
            return Optional.of(task);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Task task) {
        lock.lock();
        try {
            tasks.removeIf(other -> other == task);
        } finally {
            lock.unlock();
        }
    }
}
