package dev.sluice.relay.jdk;

import dev.sluice.TimeSource;
import dev.sluice.relay.http.HalfOpenDetector;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayServerFixture.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Starts a relay in the JDK's web server, with a detector that is not for users to set. */
public final class JdkRelays {
    private JdkRelays() {}

    public static Server start(RelayEndpoint mounted, Duration writeLimit, @Nullable HalfOpenDetector halfOpen)
            throws IOException {
        var address = new InetSocketAddress("127.0.0.1", 0);
        JdkRelay relay = halfOpen == null
                ? JdkRelay.start(mounted, address, writeLimit)
                : JdkRelay.start(mounted, address, writeLimit, TimeSource.system(), halfOpen);
        return new Server(relay.port(), relay);
    }
}
