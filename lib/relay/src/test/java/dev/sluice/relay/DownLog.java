package dev.sluice.relay;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A log whose streams nobody can take over while it is down. */
record DownLog(ResumeLog log, AtomicBoolean down) implements ResumeLog {
    @Override
    public Writer create(String streamId, Session owner, Consumer<String> cancel) {
        return log.create(streamId, owner, cancel);
    }

    @Override
    public Optional<Writer> takeOver(String streamId, Session owner, Consumer<String> cancel) {
        if (down.get()) {
            throw new RelayException(RelayException.Code.UNAVAILABLE, "down, on purpose");
        }
        return log.takeOver(streamId, owner, cancel);
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        return log.subscribe(streamId, owner, after, listener);
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
