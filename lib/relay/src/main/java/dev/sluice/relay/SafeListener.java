package dev.sluice.relay;

import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The application's listener, whose failures are its own. */
record SafeListener(RelayListener listener) implements RelayListener {
    private static final Logger log = LoggerFactory.getLogger(SafeListener.class);

    @Override
    public void started() {
        tell(RelayListener::started);
    }

    @Override
    public void ended(Outcome outcome, Duration duration) {
        tell(told -> told.ended(outcome, duration));
    }

    @Override
    public void attached(boolean resumed) {
        tell(told -> told.attached(resumed));
    }

    @Override
    public void left(Departure why) {
        tell(told -> told.left(why));
    }

    @Override
    public void written(int events, long characters, Duration delay) {
        tell(told -> told.written(events, characters, delay));
    }

    @Override
    public void merged(int events, int into) {
        tell(told -> told.merged(events, into));
    }

    @Override
    public void paused() {
        tell(RelayListener::paused);
    }

    private void tell(Consumer<RelayListener> what) {
        try {
            what.accept(listener);
        } catch (Throwable e) { // any failure: the relay's own work must continue
            Failures.warn(log, "The relay's listener failed", e);
        }
    }
}
