package dev.sluice.relay;

import dev.sluice.internal.GuardedObservation;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import java.util.Optional;

/** The watchers of a relay: lets them in, counts them, and sees them off. For any thread. */
final class WatcherRegistry {
    private final RelaySettings settings;
    private final WatchedLog log;
    private final RunRegistry runs;
    private final QuotaCounter quota;
    private final Runnable onLeft;
    private final WatcherTimer pulse;
    private volatile boolean closing;

    WatcherRegistry(RelaySettings settings, WatchedLog log, RunRegistry runs, QuotaCounter quota, Runnable onLeft) {
        this.settings = settings;
        this.log = log;
        this.runs = runs;
        this.quota = quota;
        this.onLeft = onLeft;
        pulse = new WatcherTimer(settings);
    }

    /**
     * Throws if this caller may not watch one more stream.
     *
     * @throws RelayException if there are too many watchers
     */
    void check(Caller caller) {
        quota.check(caller);
    }

    int size() {
        return pulse.watchers().size();
    }

    /** Whether somebody watches this stream here. */
    boolean isWatched(String streamId) {
        return pulse.watchers().stream().anyMatch(watcher -> watcher.streamId().equals(streamId));
    }

    /** Lets a watcher in; see {@link Relay#attach}. */
    void attach(Caller caller, String streamId, long after, StreamFormat format, EventSink sink) {
        QuotaCounter.Permit permit = quota.acquire(caller);
        long from;
        Watcher watcher;
        GuardedObservation observation = GuardedObservation.NONE;
        try {
            from = format.resumesByEventId() ? after : 0;
            observation = observe(streamId, from > 0);
            GuardedObservation watched = observation;
            var place = new StreamRef(log, streamId, caller.session());
            var delivery = new FrameWriter(settings, format.encoder(streamId), sink);
            watcher = new Watcher(settings, place, delivery, gone -> left(gone, permit, watched));
        } catch (Throwable e) {
            observation.end(() -> new Outcome.Watch("refused"));
            permit.release();
            throw e;
        }
        pulse.add(watcher); // from now on a shutdown sees it
        RunPublisher run = runs.get(streamId);
        if (run != null) {
            run.attendance().came();
        }
        if (closing) { // the log may be closed already, and would say that there is no such stream
            watcher.fail(CloseReason.SHUTDOWN);
        }
        watcher.attach(from);
    }

    private GuardedObservation observe(String streamId, boolean resumed) {
        return GuardedObservation.start(settings.observer(), () -> {
            RunPublisher run = runs.get(streamId);
            return new Operation.Watch(resumed, run == null ? Optional.empty() : run.origin());
        });
    }

    private void left(Watcher watcher, QuotaCounter.Permit permit, GuardedObservation watched) {
        pulse.remove(watcher);
        watched.end(() -> new Outcome.Watch(watcher.departure()));
        permit.release();
        RunPublisher run = runs.get(watcher.streamId());
        if (run != null) {
            run.attendance().left();
        }
        onLeft.run();
    }

    /** Ends every connection in order, also of those that come later. */
    void shutDown() {
        closing = true;
        pulse.watchers().forEach(watcher -> watcher.fail(CloseReason.SHUTDOWN));
    }

    /** Cuts off whoever is still there. */
    void cut() {
        pulse.watchers().forEach(watcher -> watcher.cut(RelayListener.Departure.SHUT_DOWN));
    }
}
