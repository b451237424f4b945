package dev.sluice.relay;

import java.util.List;

/** A log that loses event 3 on its way to each watcher, and tells event 2 twice. */
final class LossyLog extends ForwardingLog {
    LossyLog(ResumeLog to) {
        super(to);
    }

    @Override
    public Subscription subscribe(String streamId, Session owner, long after, Listener listener) {
        return super.subscribe(streamId, owner, after, new Listener() {
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
}
