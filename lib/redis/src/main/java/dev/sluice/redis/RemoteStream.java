package dev.sluice.redis;

import dev.sluice.relay.ResumeLog.End;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A stream of another node's that somebody here watches. The reader's, but for the list of watches. */
final class RemoteStream {
    final byte[] events;
    final byte[] lease;
    final byte[] meta;
    final byte[] watched;
    private final List<RemoteSubscription> watches = new CopyOnWriteArrayList<>();

    /** Whether anything came since the last look at the lease. */
    private boolean heard;

    /** The watches for which the reader asked last. A watch that was added since is not among them, and waits for the next answer. */
    private List<RemoteSubscription> asked = List.of();

    RemoteStream(String streamId, Keys keys) {
        events = keys.events(streamId);
        lease = keys.lease(streamId);
        meta = keys.meta(streamId);
        watched = keys.watched(streamId);
    }

    void add(RemoteSubscription watch) {
        watches.add(watch);
    }

    void remove(RemoteSubscription watch) {
        watches.remove(watch);
    }

    boolean isEmpty() {
        return watches.isEmpty();
    }

    /** The place to ask about: the last event that all have been given; {@code Long.MAX_VALUE} if nobody watches. */
    long ask() {
        asked = List.copyOf(watches);
        return asked.stream().mapToLong(RemoteSubscription::position).min().orElse(Long.MAX_VALUE);
    }

    /** What followed the place that was asked about. */
    void entries(List<StoredEntry> entries) {
        heard = true;
        asked.forEach(watch -> watch.entries(entries));
        dropOver();
    }

    /** Nothing follows what was answered. */
    void nothingFollows(End end) {
        asked.forEach(watch -> watch.end(end));
        dropOver();
    }

    void end(End end) {
        for (RemoteSubscription watch : watches) {
            watch.end(end);
        }
        dropOver();
    }

    /** Whether nothing came since this was asked before, so that the writer may be dead. */
    boolean wasSilent() {
        boolean silent = !heard;
        heard = false;
        return silent;
    }

    private void dropOver() {
        watches.removeIf(RemoteSubscription::isOver);
    }
}
