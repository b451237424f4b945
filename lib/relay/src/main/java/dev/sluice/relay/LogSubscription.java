package dev.sluice.relay;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One subscription of a {@link Watcher} to its stream's log. The watcher ends it by no longer having it as its current one,
 * and ignores events of an earlier one. Safe for any thread.
 */
final class LogSubscription implements ResumeLog.Listener {
    private final Watcher watcher;
    private final StreamRef stream;
    private final long after;
    private final RelayListener listener;
    private final AtomicReference<ResumeLog.@Nullable Subscription> subscription = new AtomicReference<>();

    LogSubscription(Watcher watcher, StreamRef stream, long after, RelayListener listener) {
        this.watcher = watcher;
        this.stream = stream;
        this.after = after;
        this.listener = listener;
    }

    /**
     * Subscribes. Delivers the events that the log has on this thread.
     *
     * @throws RelayException as {@link ResumeLog#subscribe} does
     */
    void enter() {
        subscription.set(stream.subscribe(after, this));
        leaveIfOver(); // the watcher may have left before there was a subscription to close
    }

    @Override
    public void events(List<RelayEvent> events) {
        if (watcher.take(this, events)) { // not on this thread, which serves the stream's other watchers, too
            Thread.ofVirtual().name("sluice-watcher-paused").start(listener::paused);
        }
        leaveIfOver();
    }

    @Override
    public void end(ResumeLog.End end) {
        watcher.close(this, CloseReason.of(end));
    }

    /** Closes the subscription if the watcher has left it. Called without the watcher's lock, because the log may block. */
    void leaveIfOver() {
        // enter() sets before it asks, and the watcher leaves before it calls this: so one of the two sees both.
        if (watcher.isCurrent(this)) {
            return;
        }
        ResumeLog.Subscription over = subscription.getAndSet(null);
        if (over != null) {
            over.close();
        }
    }
}
