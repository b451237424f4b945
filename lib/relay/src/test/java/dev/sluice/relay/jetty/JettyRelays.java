package dev.sluice.relay.jetty;

import dev.sluice.relay.http.HalfOpenDetector;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayServerFixture.Server;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Starts a relay in Jetty, with a detector that is not for users to set. */
public final class JettyRelays {
    private JettyRelays() {}

    public static Server start(RelayEndpoint mounted, Duration writeLimit, @Nullable HalfOpenDetector halfOpen)
            throws IOException {
        var builder = JettyRelay.builder(mounted).writeLimit(writeLimit);
        if (halfOpen != null) {
            builder.halfOpen(halfOpen);
        }
        JettyRelay relay = builder.start();
        return new Server(relay.port(), relay);
    }
}
