package dev.sluice.redis;

import java.time.Duration;

/**
 * The settings of a log.
 *
 * @param server where Redis is
 * @param prefix what the names of all keys begin with
 * @param retention how long a stream is kept after its end
 * @param maxEvents how many events of a stream are kept, about
 * @param lease how long a writer that says nothing holds its stream
 * @param renewal how often it says something
 * @param timeout how long Redis may take for an answer
 * @param buffer how many bytes may wait for Redis
 * @param singleNode whether streams are begun without Redis if it cannot be reached
 * @param maxBytes how many bytes of a stream's events are kept
 * @param recoverWithin how long a durable stream waits for another writer if its own is lost
 * @param parkedFor how long a durable stream is kept that its writer has left
 */
record RedisSettings(
        RedisAddress server,
        String prefix,
        Duration retention,
        int maxEvents,
        Duration lease,
        Duration renewal,
        Duration timeout,
        int buffer,
        boolean singleNode,
        long maxBytes,
        Duration recoverWithin,
        Duration parkedFor) {

    /** How often a reader looks whether writers still hold their streams, and the longest it waits for events. */
    Duration check() {
        var check = lease.dividedBy(6);
        return check.compareTo(Duration.ofMillis(500)) > 0 ? Duration.ofMillis(500) : check;
    }

    /** How long the keys of a stream that is being written live if its writer dies. */
    Duration keep() {
        return retention.plus(lease);
    }

    /** As {@link #lease}, of a stream that waits for another writer. */
    Duration durableLease() {
        return lease.plus(recoverWithin);
    }

    /** As {@link #keep}, of a stream that waits for another writer. */
    Duration durableKeep() {
        return keep().plus(recoverWithin);
    }

    /** How long the end of a durable stream may take. */
    Duration ending() {
        return timeout.multipliedBy(4);
    }

    /** How long a writer may be held up while the buffer is full. */
    Duration heldUp() {
        return timeout.dividedBy(4);
    }

    /** How long the last events that a watcher has may still be on their way to Redis. */
    Duration underWay() {
        var half = timeout.dividedBy(2);
        return half.compareTo(Duration.ofSeconds(1)) > 0 ? Duration.ofSeconds(1) : half;
    }

    /** Gives a time back that can be told to Redis. */
    static Duration positive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(name + ": " + value + ", must be a millisecond at least");
        }
        return value;
    }
}
