package dev.sluice.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.ResumeLog.End;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** A listener that remembers everything, and that it was told in order, by one thread at a time, and nothing after the end. */
final class Watcher implements ResumeLog.Listener {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final List<RelayEvent> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final java.util.concurrent.atomic.AtomicInteger inside = new java.util.concurrent.atomic.AtomicInteger();

    @Override
    public void events(List<RelayEvent> next) {
        if (inside.getAndIncrement() != 0) {
            wrong.add("two threads at once");
        }
        if (end.isDone()) {
            wrong.add("events after the end");
        }
        if (next.isEmpty()) {
            wrong.add("no events");
        }
        events.addAll(next);
        inside.decrementAndGet();
    }

    @Override
    public void end(End how) {
        if (!end.complete(how)) {
            wrong.add("two ends");
        }
    }

    /** Waits for the end. */
    End end() {
        try {
            return end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no end, events: " + ids(), e);
        }
    }

    boolean hasEnded() {
        return end.isDone();
    }

    /** Waits until it has been told the event of this id. */
    Watcher has(long id) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> !events.isEmpty() && events.getLast().id() >= id);
        return this;
    }

    List<Long> ids() {
        return events.stream().map(RelayEvent::id).toList();
    }

    /** Expects just these events, none missing, none twice. */
    void saw(long first, long last) {
        assertThat(ids()).isEqualTo(LongStream.rangeClosed(first, last).boxed().toList());
        assertThat(wrong).isEmpty();
    }
}
