package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.Quota;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.StartRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;

/** A relay in a web server, with runs that do what a test says. */
public abstract class RelayServerFixture {
    protected static final String BODY = "{\"message\":\"How high is the Douro?\"}";

    private final BlockingQueue<ScriptedRun> runs = new LinkedBlockingQueue<>();
    protected final BlockingQueue<StartRequest> requests = new LinkedBlockingQueue<>();
    protected RunFactory starter = request -> {
        var run = new ScriptedRun();
        requests.add(request);
        runs.add(run);
        return run;
    };
    protected static final Quota PLENTY = new Quota(1_000, 10_000, 10_000);
    protected Relay.Builder settings = Relay.builder().streams(PLENTY).watchers(PLENTY);
    protected Duration writeLimit = Duration.ofSeconds(20);
    private AutoCloseable server = () -> {};

    /** Held until the end of the test: the JDK closes a socket that nobody references, and the server would see its client leave. */
    private final Queue<WireClient> clients = new ConcurrentLinkedQueue<>();

    protected int port;
    protected Relay relay;
    protected RelayEndpoint endpoint;

    /** A server that is up. */
    public record Server(int port, AutoCloseable stop) {}

    /** Mounts the endpoint and starts the server. */
    protected abstract Server start(RelayEndpoint mounted) throws IOException;

    protected void mount() throws IOException {
        mount(builder -> builder);
    }

    protected void mount(UnaryOperator<RelayEndpointBuilder> more) throws IOException {
        relay = settings.build();
        RelayEndpointBuilder builder = RelayEndpoint.builder(relay, request -> starter.start(request));
        builder.startLimit(10_000, Duration.ofMinutes(1)).allowedHosts("here");
        endpoint = more.apply(builder).build();
        Server started = start(endpoint);
        server = started.stop();
        port = started.port();
    }

    protected void stopServer() throws Exception {
        server.close();
        server = () -> {};
    }

    @AfterEach
    void stop() throws Exception {
        stopServer();
        for (WireClient client : clients) {
            client.close();
        }
    }

    protected WireClient send(String method, String path, String body, String... headers) throws IOException {
        WireClient client = WireClient.send(port, method, path, body, headers);
        clients.add(client);
        return client;
    }

    protected WireClient get(String path, String... headers) throws IOException {
        return send("GET", path, "", headers);
    }

    /** Starts a run, whose response is open. */
    protected WireClient post(String... headers) throws IOException {
        WireClient client = send("POST", "/api/v1/stream", BODY, headers);
        assertThat(client.status()).isEqualTo(200);
        return client;
    }

    /** The run that was started last. */
    protected ScriptedRun run() throws InterruptedException {
        ScriptedRun run = runs.poll(10, TimeUnit.SECONDS);
        assertThat(run).as("a run that was started").isNotNull();
        return run;
    }

    /** The path of the stream that a response tells. */
    protected static String path(WireClient client) {
        return "/api/v1/stream/" + client.header("x-stream-id");
    }

    /** How many WebSockets the endpoint keeps. */
    protected int openSockets() {
        return endpoint.openSockets();
    }

    protected static void await(java.util.concurrent.CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(10, TimeUnit.SECONDS))
                .as("happened within ten seconds")
                .isTrue();
    }
}
