package dev.sluice.relay;

import java.util.List;
import java.util.function.Consumer;

/** A log that loses event 3 on its way to whoever watches, and tells event 2 twice. */
record LossyLog(ResumeLog log) implements ResumeLog {
    @Override
    public Writer create(String streamId, Session owner, Consumer<String> cancel) {
        return log.create(streamId, owner, cancel);
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        return log.subscribe(streamId, owner, after, new Listener() {
            @Override
            public void events(List<RelayEvent> events) {
                for (RelayEvent event : events) {
                    if (event.id() == 2) {
                        listener.events(List.of(event));
                    }
                    if (event.id() != 3) {
                        listener.events(List.of(event));
                    }
                }
            }

            @Override
            public void end(End end) {
                listener.end(end);
            }
        });
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
