package dev.sluice.relay;

import java.util.function.Consumer;

/** A log that cannot be written to once the first of {@code down} is true. */
final class FailingLog extends ForwardingLog {
    private final boolean[] down;

    FailingLog(ResumeLog to, boolean[] down) {
        super(to);
        this.down = down;
    }

    @Override
    public Writer create(String streamId, Session owner, Consumer<String> cancel) {
        check();
        return new ForwardingWriter(super.create(streamId, owner, cancel)) {
            @Override
            public RelayEvent append(String type, String json) {
                check();
                return super.append(type, json);
            }

            @Override
            public boolean isResumable() {
                return !down[0];
            }

            @Override
            public void finish() {
                check();
                super.finish();
            }
        };
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        check();
        return super.subscribe(streamId, owner, after, listener);
    }

    private void check() {
        if (down[0]) {
            throw new RelayException(RelayException.Code.UNAVAILABLE, "down, on purpose");
        }
    }
}
