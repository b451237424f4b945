package dev.sluice.relay.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.Parameter;

/** A relay in the web server that a parameterized class was started with. */
abstract class WebServerFixture extends RelayServerFixture {
    @Parameter
    WebServer webServer;

    @Nullable
    HalfOpenDetector halfOpen;

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        return webServer.start(mounted, writeLimit, halfOpen);
    }
}
