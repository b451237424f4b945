package dev.sluice.redis;

import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.ResumeLog;
import org.jspecify.annotations.Nullable;

/**
 * Writes a stream to this machine's memory, for watchers on this machine, and passes it to the pipeline for watchers on
 * others. A failure of Redis never reaches the first.
 */
final class RedisWriter extends LeasedWriter {
    private final ResumeLog.Writer local;
    private final @Nullable PipelineWriter committer;
    private final Runnable onEnd;
    private volatile long last;
    private volatile boolean over;

    /**
     * A writer of a stream that has begun.
     *
     * @param committer none if Redis knows nothing of the stream
     * @param onEnd called when it has ended
     */
    RedisWriter(
            Lease claim,
            RedisSettings settings,
            ResumeLog.Writer local,
            @Nullable PipelineWriter committer,
            Runnable onEnd) {
        super(claim, settings.lease(), settings.keep());
        this.local = local;
        this.committer = committer;
        this.onEnd = onEnd;
    }

    @Override
    public RelayEvent append(String type, String json) {
        var event = local.append(type, json);
        last = event.id();
        if (committer != null && !isLost()) {
            committer.write(PendingWrite.event(this, event.id(), type, json));
        }
        return event;
    }

    @Override
    public boolean isResumable() {
        return committer != null && !isLost() && committer.isReachable() && local.isResumable();
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
    private void end(String how) {
        if (over) {
            return;
        }
        over = true;
        onEnd.run();
        if (committer != null && !isLost()) {
            committer.write(PendingWrite.end(this, last + 1, how));
        }
    }

    @Override
    void logCloses() {
        end(StoredEntry.LOST);
    }

    @Override
    String lossMeans() {
        return "can no longer be resumed on other machines";
    }
}
