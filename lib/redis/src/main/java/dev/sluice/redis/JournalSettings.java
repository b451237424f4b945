package dev.sluice.redis;

import java.time.Duration;

/**
 * The settings of a journal.
 *
 * @param prefix what the names of all keys begin with
 * @param lease how long a claim holds its run without a sign of its holder
 * @param timeout how long Redis may take for an answer
 * @param retention how long a run is kept after its end
 * @param parkedFor how long a run is kept while nobody holds it
 * @param maxBytes how many bytes of records and answers a run may have
 */
record JournalSettings(
        String prefix, Duration lease, Duration timeout, Duration retention, Duration parkedFor, long maxBytes) {

    private static final Duration MARGIN = Duration.ofMillis(500);

    /** How long a held run is kept that nobody renews. Longer than its lease, however short {@code parkedFor} is. */
    Duration life() {
        return parkedFor.plus(lease.multipliedBy(2));
    }

    /** How often a lease is renewed. */
    Duration renewal() {
        return lease.dividedBy(3);
    }

    /** How long before the end of its lease a claim is given up: half a second, or a sixth of a lease shorter than three seconds. */
    Duration margin() {
        Duration part = lease.dividedBy(6);
        return part.compareTo(MARGIN) < 0 ? part : MARGIN;
    }

    /** How often it is looked for claims that are lost: twice within the margin. */
    Duration check() {
        return margin().dividedBy(2);
    }

    /** How long, at least, a claim repeats a command that does no harm after the claim is lost. */
    Duration patience() {
        return timeout.multipliedBy(2);
    }
}
