package dev.sluice.relay;

import java.util.Optional;
import java.util.function.Consumer;

/** A log that does what another one does, except for what a test changes. */
class ForwardingLog implements ResumeLog {
    private final ResumeLog to;

    ForwardingLog(ResumeLog to) {
        this.to = to;
    }

    @Override
    public Writer create(String streamId, Session owner, Consumer<String> cancel) {
        return to.create(streamId, owner, cancel);
    }

    @Override
    public Writer createDurable(String streamId, Session owner, Consumer<String> cancel) {
        return to.createDurable(streamId, owner, cancel);
    }

    @Override
    public Optional<Writer> takeOver(String streamId, Session owner, Consumer<String> cancel) {
        return to.takeOver(streamId, owner, cancel);
    }

    @Override
    public Writer recreate(String streamId, Session owner, Consumer<String> cancel) {
        return to.recreate(streamId, owner, cancel);
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        return to.subscribe(streamId, owner, after, listener);
    }

    @Override
    public void cancel(String streamId, Session owner, String reason) {
        to.cancel(streamId, owner, reason);
    }

    @Override
    public boolean isDelivered(String streamId, Session owner, long after) {
        return to.isDelivered(streamId, owner, after);
    }

    @Override
    public void close() {
        to.close();
    }

    /** A writer that does what another one does, except for what a test changes. */
    static class ForwardingWriter implements Writer {
        private final Writer to;

        ForwardingWriter(Writer to) {
            this.to = to;
        }

        @Override
        public RelayEvent append(String type, String json) {
            return to.append(type, json);
        }

        @Override
        public boolean isResumable() {
            return to.isResumable();
        }

        @Override
        public long lastId() {
            return to.lastId();
        }

        @Override
        public void leave() {
            to.leave();
        }

        @Override
        public void finish() {
            to.finish();
        }

        @Override
        public void close() {
            to.close();
        }
    }
}
