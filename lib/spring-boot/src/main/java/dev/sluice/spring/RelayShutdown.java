package dev.sluice.spring;

import dev.sluice.relay.http.RelayEndpoint;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * Shuts the relay down before the web server. Spring Boot's graceful shutdown would wait for the streams, whose clients it tells
 * nothing.
 */
final class RelayShutdown implements SmartLifecycle {
    private final RelayEndpoint endpoint;
    private final Duration atMost;
    private volatile boolean running;

    RelayShutdown(RelayEndpoint endpoint, Duration atMost) {
        this.endpoint = endpoint;
        this.atMost = atMost;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        endpoint.shutdown(atMost);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** The last one, which is stopped first: the web server's graceful shutdown comes 1,024 phases after. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }

    /** A relay that was shut down cannot be started again. */
    @Override
    public boolean isPauseable() {
        return false;
    }
}
