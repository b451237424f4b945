package dev.sluice.relay;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A log that counts the places in it that are held. */
final class CountingLog extends ForwardingLog {
    private final AtomicInteger held;

    CountingLog(ResumeLog to, AtomicInteger held) {
        super(to);
        this.held = held;
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        Subscription place = super.subscribe(streamId, owner, after, listener);
        held.incrementAndGet();
        var closed = new AtomicBoolean();
        return () -> {
            place.close();
            if (closed.compareAndSet(false, true)) {
                held.decrementAndGet();
            }
        };
    }
}
