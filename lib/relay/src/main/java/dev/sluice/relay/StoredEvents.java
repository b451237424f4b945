package dev.sluice.relay;

import dev.sluice.relay.RelayException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads all events of a stream that is there already. */
final class StoredEvents implements ResumeLog.Listener {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final long last;
    private final List<RelayEvent> events = new ArrayList<>(); // of the log's thread, until it is done
    private final CompletableFuture<List<RelayEvent>> done = new CompletableFuture<>();

    private StoredEvents(long last) {
        this.last = last;
    }

    /**
     * The events of a stream up to this one.
     *
     * @throws RelayException {@code EXPIRED} if not all of them are kept, {@code UNAVAILABLE}
     */
    static List<RelayEvent> of(ResumeLog log, String id, Session owner, long last) throws InterruptedException {
        if (last == 0) {
            return List.of();
        }
        var reader = new StoredEvents(last);
        ResumeLog.Subscription subscription = log.subscribe(id, owner, 0, reader);
        try {
            return reader.done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new RelayException(Code.UNAVAILABLE, "The stored events of the run could not be read in time", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RelayException refused
                    ? refused
                    : new RelayException(Code.UNAVAILABLE, "The stored events of the run could not be read", e);
        } finally {
            subscription.close();
        }
    }

    @Override
    public void events(List<RelayEvent> more) {
        if (done.isDone()) {
            return;
        }
        events.addAll(more);
        if (events.getLast().id() >= last) {
            done.complete(List.copyOf(events));
        }
    }

    @Override
    public void end(ResumeLog.End end) {
        Code code = end == ResumeLog.End.EXPIRED ? Code.EXPIRED : Code.UNAVAILABLE;
        done.completeExceptionally(new RelayException(code, "The stored events of the run end early"));
    }
}
