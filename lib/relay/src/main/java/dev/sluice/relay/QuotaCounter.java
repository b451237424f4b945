package dev.sluice.relay;

import dev.sluice.relay.RelayException.Code;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/** Counts what is open at once, and refuses what would be more than a {@link Quota} allows. Safe for use by any thread. */
public final class QuotaCounter {
    private final Quota quota;
    private final String what;
    private final ReentrantLock lock = new ReentrantLock(); // held for a few instructions
    private final Map<Object, Integer> open = new HashMap<>(); // by session and by address; guarded by the lock
    private int total; // guarded by the lock

    /**
     * Counts from zero.
     *
     * @param what what is counted, for messages, in the plural: {@code "answers under way"}
     */
    public QuotaCounter(Quota quota, String what) {
        this.quota = Objects.requireNonNull(quota, "quota");
        this.what = Objects.requireNonNull(what, "what");
    }

    /** The result of {@link #acquire}. */
    @FunctionalInterface
    public interface Permit {
        /** Counts one less. A second call does nothing. */
        void release();
    }

    /**
     * Counts one more.
     *
     * @throws RelayException if that is more than the session, the address or all together may have
     */
    public Permit acquire(Caller caller) {
        lock.lock();
        try {
            checkLocked(caller);
            count(caller, 1);
        } finally {
            lock.unlock();
        }
        return permit(caller);
    }

    /** Counts one more, however many there are. */
    Permit add(Caller caller) {
        lock.lock();
        try {
            count(caller, 1);
        } finally {
            lock.unlock();
        }
        return permit(caller);
    }

    /** Whether one more is within the total, if this number is added to those that are open. */
    boolean hasRoom(int beside) {
        return open() + beside < quota.total();
    }

    private Permit permit(Caller caller) {
        var released = new AtomicBoolean();
        return () -> {
            if (released.compareAndSet(false, true)) {
                release(caller);
            }
        };
    }

    /**
     * Throws what {@link #acquire} would throw now, and counts nothing.
     *
     * @throws RelayException as {@link #acquire} does
     */
    public void check(Caller caller) {
        lock.lock();
        try {
            checkLocked(caller);
        } finally {
            lock.unlock();
        }
    }

    /** How many are open. */
    public int open() {
        lock.lock();
        try {
            return total;
        } finally {
            lock.unlock();
        }
    }

    private void release(Caller caller) {
        lock.lock();
        try {
            count(caller, -1);
        } finally {
            lock.unlock();
        }
    }

    private void checkLocked(Caller caller) {
        int ofSession = open.getOrDefault(caller.session(), 0);
        if (ofSession >= quota.perSession()) {
            throw tooMany("of this session", ofSession);
        }
        int ofAddress = open.getOrDefault(caller.address(), 0);
        if (ofAddress >= quota.perAddress()) {
            throw tooMany("from this address", ofAddress);
        }
        if (total >= quota.total()) {
            throw new RelayException(
                    Code.UNAVAILABLE, "The server has " + total + " " + what + ", as many as it may; try again later");
        }
    }

    private RelayException tooMany(String whose, int number) {
        return new RelayException(
                Code.TOO_MANY,
                "There are " + number + " " + what + " " + whose + " already; wait for one of them, or stop it");
    }

    private void count(Caller caller, int more) {
        total += more;
        count(caller.session(), more);
        if (!caller.address().isEmpty()) {
            count(caller.address(), more);
        }
    }

    private void count(Object name, int more) {
        open.merge(name, more, (before, by) -> before + by == 0 ? null : before + by);
    }
}
