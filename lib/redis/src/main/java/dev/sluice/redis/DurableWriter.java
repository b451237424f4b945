package dev.sluice.redis;

import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.RelayException.Code;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Writes a stream to Redis only, so that nobody is told what the next writer would not find there. */
final class DurableWriter extends LeasedWriter {
    private final PipelineWriter committer;
    private final Duration patience;
    private final Runnable onEnd;
    private final CompletableFuture<Boolean> stored = new CompletableFuture<>();
    private volatile long last;
    private volatile boolean over;

    /**
     * A writer of a stream that it holds.
     *
     * @param last the id of the last event that is stored
     * @param onEnd called when it writes no more
     */
    DurableWriter(Lease claim, RedisSettings settings, long last, PipelineWriter committer, Runnable onEnd) {
        super(claim, settings.durableLease(), settings.durableKeep());
        this.last = last;
        this.committer = committer;
        patience = settings.ending();
        this.onEnd = onEnd;
    }

    @Override
    public RelayEvent append(String type, String json) {
        if (over) {
            throw new IllegalStateException("the stream was ended or left by this writer");
        }
        if (isLost()) {
            throw lost();
        }
        var event = new RelayEvent(last + 1, type, json);
        last = event.id();
        committer.write(PendingWrite.event(this, event.id(), type, json));
        return event;
    }

    @Override
    public boolean isResumable() {
        return !isLost() && committer.isReachable();
    }

    @Override
    public long lastId() {
        return last;
    }

    @Override
    public void finish() {
        end(StoredEntry.FINISHED);
    }

    @Override
    public void leave() {
        end(StoredEntry.LEFT);
    }

    private void end(String how) {
        if (over) {
            return;
        }
        over = true;
        onEnd.run();
        if (isLost()) {
            throw lost();
        }
        committer.write(PendingWrite.end(this, last + 1, how));
        if (!isStored()) {
            throw new RelayException(
                    Code.UNAVAILABLE,
                    "It is not known whether the last events of the stream were stored; try again later.");
        }
    }

    private boolean isStored() {
        long until = System.nanoTime() + patience.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return stored.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true; // it is not known before
                } catch (TimeoutException | ExecutionException e) {
                    return false;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RelayException lost() {
        return new RelayException(
                Code.UNAVAILABLE, "Another machine goes on with this stream, or its storage has lost it.");
    }

    /** Without an end: somebody else may take over, for a while. */
    @Override
    public void close() {
        if (!over) {
            over = true;
            onEnd.run();
            committer.release(this);
        }
    }

    @Override
    void logCloses() {
        close();
    }

    @Override
    void lose() {
        super.lose();
        stored.complete(false);
    }

    @Override
    String lossMeans() {
        return "is no longer written by this machine";
    }

    @Override
    boolean isEnding() {
        return over;
    }

    @Override
    void ended(boolean done) {
        stored.complete(done);
    }
}
