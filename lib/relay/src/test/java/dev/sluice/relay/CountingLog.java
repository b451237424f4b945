package dev.sluice.relay;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A log that counts the places in it that are held. */
record CountingLog(ResumeLog log, AtomicInteger held) implements ResumeLog {
    @Override
    public Writer create(String streamId, Session owner, Consumer<String> cancel) {
        return log.create(streamId, owner, cancel);
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        Subscription place = log.subscribe(streamId, owner, after, listener);
        held.incrementAndGet();
        var closed = new AtomicBoolean();
        return () -> {
            place.close();
            if (closed.compareAndSet(false, true)) {
                held.decrementAndGet();
            }
        };
    }

    @Override
    public void cancel(String streamId, Session owner, String reason) {
        log.cancel(streamId, owner, reason);
    }

    @Override
    public void close() {
        log.close();
    }
}
