package dev.sluice.relay.http;

import dev.sluice.relay.http.RelayServerFixture.Server;
import dev.sluice.relay.jdk.JdkRelays;
import dev.sluice.relay.jetty.JettyRelays;
import dev.sluice.relay.servlet.ServletRelays;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The web servers that a relay can be mounted in: the parameter of all tests that hold for each of them. */
enum WebServer {
    JDK {
        @Override
        Server start(RelayEndpoint mounted, Duration writeLimit, @Nullable HalfOpenDetector halfOpen)
                throws IOException {
            return JdkRelays.start(mounted, writeLimit, halfOpen);
        }
    },
    JETTY {
        @Override
        Server start(RelayEndpoint mounted, Duration writeLimit, @Nullable HalfOpenDetector halfOpen)
                throws IOException {
            return JettyRelays.start(mounted, writeLimit, halfOpen);
        }
    },
    TOMCAT {
        @Override
        Server start(RelayEndpoint mounted, Duration writeLimit, @Nullable HalfOpenDetector halfOpen)
                throws IOException {
            return ServletRelays.tomcat(mounted, writeLimit, halfOpen);
        }
    },
    JETTY_SERVLET {
        @Override
        Server start(RelayEndpoint mounted, Duration writeLimit, @Nullable HalfOpenDetector halfOpen)
                throws IOException {
            return ServletRelays.jetty(mounted, writeLimit, halfOpen);
        }
    };

    /**
     * Starts the server on a free port.
     *
     * @param halfOpen what notices clients that vanished; the server's own if null
     */
    abstract Server start(RelayEndpoint mounted, Duration writeLimit, @Nullable HalfOpenDetector halfOpen)
            throws IOException;

    /** Whether it is a servlet container. */
    boolean isServlets() {
        return this == TOMCAT || this == JETTY_SERVLET;
    }
}
