package dev.sluice.relay.recipes;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.TimeSource;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.Session;
import dev.sluice.relay.http.AccessDenied;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jdk.JdkRelay;
import dev.sluice.relay.jetty.JettyRelay;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;

/** Ways to mount an endpoint. */
final class EndpointMounts {
    private EndpointMounts() {}

    static JettyRelay jetty(RunFactory starter) throws IOException {
        // page: jetty
        Relay relay = Relay.builder().build();
        RelayEndpoint endpoint = RelayEndpoint.builder(relay, starter).page().build();
        JettyRelay server = JettyRelay.start(endpoint, 8080);
        // end
        return server;
    }

    static void handler(Server server, RelayEndpoint endpoint) {
        // page: handler
        server.setHandler(new ContextHandler(JettyRelay.handler(endpoint), "/assistant"));
        // end
    }

    static void jdk(HttpServer server, RelayEndpoint endpoint) {
        // page: jdk
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", JdkRelay.handler(endpoint, Duration.ofSeconds(20), TimeSource.system()));
        // end
    }

    static RelayEndpoint authenticated(Relay relay, RunFactory starter, Users users) {
        // page: authenticator
        return RelayEndpoint.builder(relay, starter)
                .authenticator(request -> request.header("Authorization")
                        .flatMap(users::byToken)
                        .map(Session::new)
                        .orElseThrow(() -> AccessDenied.unauthenticated("Sign in first.")))
                .allowedHosts("api.example.com")
                .allowedOrigins("https://chat.example.com")
                .build();
        // end
    }

    /** Who knows the users. */
    interface Users {
        Optional<String> byToken(String header);
    }
}
