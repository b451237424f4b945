package dev.sluice.relay;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A log that runs an action, once, while a stream is made or entered; a watcher that enters then finds the log closed. */
final class InterferingLog extends ForwardingLog {
    private final AtomicReference<Runnable> meanwhile;

    InterferingLog(ResumeLog to, AtomicReference<Runnable> meanwhile) {
        super(to);
        this.meanwhile = meanwhile;
    }

    @Override
    public Writer create(String streamId, Session owner, Consumer<String> cancel) {
        Writer writer = super.create(streamId, owner, cancel);
        meanwhile.getAndSet(() -> {}).run();
        return writer;
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        meanwhile.getAndSet(() -> {}).run();
        throw new RelayException(RelayException.Code.UNAVAILABLE, "closed, meanwhile");
    }
}
