package dev.sluice.client;

import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.internal.Deadlines;
import dev.sluice.internal.EventQueue;
import dev.sluice.internal.budget.BudgetMeter;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Counts, measures and queues the events of one stream, for its reader. The last event ends the stream, as an exhausted budget does. */
final class EventDelivery {
    private final EventQueue<Object> queue;
    private final MetricsRecorder recorder;
    private final Deadlines deadlines;
    private final StreamLog log;
    private final @Nullable BudgetMeter meter;

    /** Bytes that were read for events that are not queued yet. */
    private long unqueuedBytes;

    /**
     * A delivery into a queue.
     *
     * @param meter counts for the budget; null if there is none
     */
    EventDelivery(
            EventQueue<Object> queue,
            MetricsRecorder recorder,
            Deadlines deadlines,
            StreamLog log,
            @Nullable BudgetMeter meter) {
        this.queue = queue;
        this.recorder = recorder;
        this.deadlines = deadlines;
        this.log = log;
        this.meter = meter;
    }

    /** Notes how many bytes the wire took for what follows. */
    void received(long bytes) {
        unqueuedBytes += bytes;
    }

    /** Queues an event that another stream of the same answer has handed out, as {@link #deliver} does. */
    void deliverReplayed(StreamEvent event) {
        boolean unused = recorder.received(event);
        put(new ReplayedEvent(event));
    }

    /** Queues an event, and waits for room. An interrupt of the wait is kept, and ends the attempt. */
    void deliver(StreamEvent event) {
        Optional<LimitReached> exhausted = meter == null ? Optional.empty() : meter.count(event);
        if (recorder.received(event)) {
            recorder.timeToFirstContent().ifPresent(log::firstToken);
        }
        if (event instanceof MessageStop || exhausted.isPresent()) {
            deadlines.stop();
            queue.end(event, exhausted.isPresent() ? exhausted.get() : new Completed());
            exhausted.ifPresent(limit -> Thread.currentThread().interrupt()); // gives the connection up
            return;
        }
        put(event);
    }

    private void put(Object item) {
        try {
            queue.put(item, unqueuedBytes);
            unqueuedBytes = 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
