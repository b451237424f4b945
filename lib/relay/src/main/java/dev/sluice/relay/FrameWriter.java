package dev.sluice.relay;

import dev.sluice.relay.RelayListener.Departure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A watcher's connection and the words for it: makes frames of events, and writes them. For one writer at a time. */
final class FrameWriter {
    private static final Logger log = LoggerFactory.getLogger(FrameWriter.class);

    private final RelaySettings settings;
    private final StreamFormat.Encoder encoder;
    private final EventSink sink;
    private final AtomicLong
            progress; // the sink's, which counts in it; WatcherTimer reads it to find a stuck connection

    FrameWriter(RelaySettings settings, StreamFormat.Encoder encoder, EventSink sink) {
        this.settings = settings;
        this.encoder = encoder;
        this.sink = sink;
        this.progress = sink.progress();
    }

    /** Runs when the connection is gone. */
    void onGone(Runnable gone) {
        sink.onGone(gone);
    }

    /**
     * Writes events, their texts merged if there is much of it, and how the response ends; a sign of life if there is neither.
     *
     * @return whether the format had a word for how it ends
     */
    boolean write(Backlog.Batch batch, @Nullable CloseReason how) throws IOException {
        var frames = new ArrayList<String>();
        List<RelayEvent> events = batch.events();
        if (batch.behind()) {
            events = Conflation.merge(events);
        }
        events.forEach(event -> encoder.event(event, frames::add));
        int told = frames.size();
        if (how != null) {
            how.write(encoder, frames::add);
        } else if (events.isEmpty()) {
            encoder.heartbeat(frames::add);
        }
        if (!frames.isEmpty()) {
            sink.write(frames);
            report(batch, events.size(), frames);
        }
        return told < frames.size();
    }

    private void report(Backlog.Batch batch, int events, List<String> frames) {
        int came = batch.events().size();
        if (events < came) {
            settings.listener().merged(came, events);
        }
        long characters = frames.stream().mapToLong(String::length).sum();
        long delay = came == 0 ? 0 : settings.time().nanos() - batch.arrived();
        settings.listener().written(events, characters, Duration.ofNanos(delay));
    }

    /** Whether the response is to end if nothing follows at once. */
    boolean isParked() {
        return encoder.isParked();
    }

    /** How often the connection has taken something. Runs nobody else's code. */
    long progress() {
        return progress.get();
    }

    /** Ends the connection, or cuts it. */
    void end(Departure why, boolean abort) {
        try {
            if (abort) {
                sink.abort();
            } else if (why != Departure.GONE && why != Departure.REFUSED) {
                sink.close();
            }
        } catch (Throwable e) { // the sink is the adapter's, who may throw anything
            Failures.warn(log, "A watcher's connection could not be ended", e);
        }
    }
}
