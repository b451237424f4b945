package dev.sluice.redis;

import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.ResumeLog.End;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listener's place in a stream of another node's. For one thread at a time: first who subscribes, then the reader. */
final class RemoteSubscription implements ResumeLog.Subscription {
    private static final Logger log = LoggerFactory.getLogger(RemoteSubscription.class);

    final String streamId;
    private final ResumeLog.Listener listener;
    private final Runnable onClose;

    // One thread at a time delivers: first the subscriber, with the stored events, then StreamReader's thread. The lock
    // of
    // StreamReader.add makes the position visible to the latter.
    private long position;
    private volatile boolean over; // set by any thread

    RemoteSubscription(String streamId, long after, ResumeLog.Listener listener, StreamReader reader) {
        this.streamId = streamId;
        this.listener = listener;
        position = after;
        onClose = () -> reader.remove(this);
    }

    /** The last event that was delivered. */
    long position() {
        return position;
    }

    /** Whether no more events will be delivered. */
    boolean isOver() {
        return over;
    }

    /** Delivers the new ones of these; a gap in them is the end, and so is an end. */
    void entries(List<StoredEntry> entries) {
        var fresh = new ArrayList<RelayEvent>(entries.size());
        End end = null;
        for (StoredEntry entry : entries) {
            if (entry.id() <= position) {
                continue;
            }
            if (entry.id() != position + 1) {
                end = End.EXPIRED;
                break;
            }
            position = entry.id();
            if (entry.event() == null) {
                end = entry.end();
                break;
            }
            fresh.add(entry.event());
        }
        if (!fresh.isEmpty() && !over) {
            tell(() -> listener.events(List.copyOf(fresh)));
        }
        if (end != null) {
            end(end);
        }
    }

    /** Reports the end to the listener, once. */
    void end(End end) {
        if (!over) {
            over = true;
            tell(() -> listener.end(end));
        }
    }

    private void tell(Runnable what) {
        try {
            what.run();
        } catch (Throwable e) { // the listener may throw anything; this thread has other watchers
            over = true;
            log.warn("A watcher of stream {} failed and receives no more events", streamId, e);
        }
    }

    @Override
    public void close() {
        over = true;
        onClose.run();
    }
}
