package dev.sluice.redis;

import dev.sluice.relay.ResumeLog;
import java.time.Duration;

/** A writer of a stream as {@link PipelineWriter} sees it: it holds a lease, until it loses it. Safe for any thread. */
abstract class LeasedWriter implements ResumeLog.Writer {
    final Lease claim;

    /** How long the stream is held without a sign of its writer. */
    final Duration lease;

    /** How long the stream's keys live without a sign of its writer. */
    final Duration keep;

    private volatile boolean lost;
    private volatile long heldUntil;

    LeasedWriter(Lease claim, Duration lease, Duration keep) {
        this.claim = claim;
        this.lease = lease;
        this.keep = keep;
    }

    /** Whether no more of it reaches Redis. It is for good: what followed a gap would be taken for the whole. */
    boolean isLost() {
        return lost;
    }

    /** Gives Redis up. */
    void lose() {
        lost = true;
    }

    /** What it means that it was lost, for the log. */
    abstract String lossMeans();

    /** Redis has seen a sign of this writer, and does not take it for lost before this moment. */
    void heldUntil(long nanos) {
        heldUntil = nanos;
    }

    boolean isHeld(long now) {
        return heldUntil - now > 0;
    }

    /** The log is closed while this writes. */
    abstract void logCloses();

    /** Whether its last write is on its way. A lease that is gone then may be the doing of that write, whose answer was lost. */
    boolean isEnding() {
        return false;
    }

    /** Its last write is stored, or never will be. */
    void ended(boolean stored) {}
}
