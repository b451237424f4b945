package dev.sluice.relay;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A log in which something happens, once, while a stream is made or entered; who enters then finds it closed. */
record InterferingLog(ResumeLog log, AtomicReference<Runnable> meanwhile) implements ResumeLog {
    @Override
    public Writer create(String streamId, Session owner, Consumer<String> cancel) {
        Writer writer = log.create(streamId, owner, cancel);
        meanwhile.getAndSet(() -> {}).run();
        return writer;
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        meanwhile.getAndSet(() -> {}).run();
        throw new RelayException(RelayException.Code.UNAVAILABLE, "closed, meanwhile");
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
