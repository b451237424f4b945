package dev.sluice.relay;

import dev.sluice.TimeSource;
import dev.sluice.context.ContextCarrier;
import dev.sluice.observation.Observer;
import java.time.Duration;

/** The settings of a relay, from its {@link Relay.Builder}. */
record RelaySettings(
        Duration heartbeat,
        Duration flushAfter,
        Duration abandonAfter,
        Duration idleTimeout,
        Duration totalTimeout,
        int watcherBuffer,
        Duration patience,
        int maxEventLength,
        ErrorRedaction disclosure,
        RelayListener listener,
        TimeSource time,
        ContextCarrier carrier,
        Observer observer) {}
