package dev.sluice.redis;

import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.ResumeLog;
import org.jspecify.annotations.Nullable;

/**
 * Writes a stream to this machine's memory, for watchers on this machine, and passes it to the pipeline for watchers on
 * others. A failure of Redis never reaches the first.
 */
final class RedisWriter implements ResumeLog.Writer {
    final Lease claim;
    private final ResumeLog.Writer local;
    private final @Nullable PipelineWriter committer;
    private final Runnable onEnd;
    private volatile long last;
    private volatile boolean over;
    private volatile boolean lost;
    private volatile long heldUntil;

    /**
     * A writer of a stream that has begun.
     *
     * @param committer none if Redis knows nothing of the stream
     * @param onEnd called when it has ended
     */
    RedisWriter(Lease claim, ResumeLog.Writer local, @Nullable PipelineWriter committer, Runnable onEnd) {
        this.claim = claim;
        this.local = local;
        this.committer = committer;
        this.onEnd = onEnd;
    }

    @Override
    public RelayEvent append(String type, String json) {
        var event = local.append(type, json);
        last = event.id();
        if (committer != null && !lost) {
            committer.write(PendingWrite.event(this, event.id(), type, json));
        }
        return event;
    }

    @Override
    public boolean isResumable() {
        return committer != null && !lost && committer.isReachable() && local.isResumable();
    }

    @Override
    public void finish() {
        local.finish();
        end(StoredEntry.FINISHED);
    }

    @Override
    public void close() {
        local.close();
        end(StoredEntry.LOST);
    }

    /** Reports the end to watchers on other machines, unless they know it. */
    void end(String how) {
        if (over) {
            return;
        }
        over = true;
        onEnd.run();
        if (committer != null && !lost) {
            committer.write(PendingWrite.end(this, last + 1, how));
        }
    }

    /** Whether no more of it reaches Redis. It is for good: what followed a gap would be taken for the whole. */
    boolean isLost() {
        return lost;
    }

    /** Gives Redis up; false if that was so. True for one thread at a time. */
    void lose() {
        lost = true;
    }

    /** Redis has seen a sign of this writer, and does not take it for lost before this moment. */
    void heldUntil(long nanos) {
        heldUntil = nanos;
    }

    boolean isHeld(long now) {
        return heldUntil - now > 0;
    }
}
