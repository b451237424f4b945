package dev.sluice.relay;

import java.util.function.Consumer;

/** A log that cannot be written to once the first of {@code down} is true. */
record FailingLog(ResumeLog log, boolean[] down) implements ResumeLog {
    @Override
    public Writer create(String streamId, Session owner, Consumer<String> cancel) {
        check();
        var writer = log.create(streamId, owner, cancel);
        return new Writer() {
            @Override
            public RelayEvent append(String type, String json) {
                check();
                return writer.append(type, json);
            }

            @Override
            public boolean isResumable() {
                return !down[0];
            }

            @Override
            public void finish() {
                check();
                writer.finish();
            }

            @Override
            public void close() {
                writer.close();
            }
        };
    }

    private void check() {
        if (down[0]) {
            throw new RelayException(RelayException.Code.UNAVAILABLE, "down, on purpose");
        }
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        check();
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
