package dev.sluice.relay.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayServerFixture;
import dev.sluice.relay.http.ScriptedRun;
import dev.sluice.relay.http.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the adapter for Jetty promises beyond what all do. */
class JettyRelayTest extends RelayServerFixture {
    private Duration idleTimeout = Duration.ofSeconds(30);

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        JettyRelay relay = JettyRelay.builder(mounted)
                .writeLimit(writeLimit)
                .idleTimeout(idleTimeout)
                .start();
        return new Server(relay.port(), relay);
    }

    /** Nothing is written meanwhile: the next heartbeat is an hour away. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noticesAtOnceThatAnIdleClientIsGone(boolean reset) throws Exception {
        settings.abandonAfter(Duration.ZERO).heartbeat(Duration.ofHours(1));
        mount();
        WireClient client = post();
        ScriptedRun run = run();
        run.step(1);
        client.event();
        client.socket().setSoLinger(reset, 0);
        long start = System.nanoTime();
        client.close();
        assertThat(run.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        // 2 ms when the machine has nothing else to do; a heartbeat would come far later.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aClientThatTalksWhileItIsToldIsHeardOutAndWatchedOn() throws Exception {
        settings.abandonAfter(Duration.ZERO).heartbeat(Duration.ofHours(1));
        mount();
        try (WireClient client = post()) {
            ScriptedRun run = run();
            for (int i = 1; i <= 3; i++) {
                client.socket().getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                run.step(i);
                assertThat(client.event()).containsEntry("id", Integer.toString(i));
            }
            client.close();
            await(run.cancelled);
        }
    }

    @Test
    void aStreamMayBeSilentForLongerThanAConnectionWithoutOne() throws Exception {
        idleTimeout = Duration.ofMillis(100);
        mount();
        try (WireClient client = post();
                WireClient none = new WireClient(port)) {
            ScriptedRun run = run();
            assertThat(none.socket().getInputStream().read())
                    .as("without a stream it is closed")
                    .isEqualTo(-1);
            assertThat(none.socket().isConnected()).isTrue();
            run.step(1);
            assertThat(client.event()).containsEntry("id", "1");
            client.close();
            await(closedAfter(run));
        }
    }

    @Test
    void aBodyThatDoesNotComeIsNotWaitedForLonger() throws Exception {
        idleTimeout = Duration.ofMillis(100);
        mount();
        try (var client = new WireClient(port)) {
            client.raw(("POST /api/v1/stream HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 100\r\n\r\n{")
                    .getBytes(StandardCharsets.UTF_8));
            assertThat(client.status()).isEqualTo(408);
        }
        assertThat(requests).isEmpty();
    }

    private static java.util.concurrent.CountDownLatch closedAfter(ScriptedRun run) {
        run.complete();
        return run.closed;
    }

    @Test
    void idleStreamsHoldNoThreads() throws Exception {
        settings.heartbeat(Duration.ofHours(1));
        mount();
        long before = threads(); // other tests of this process may have left some that end a little later
        var clients = new ArrayList<WireClient>();
        try (WireClient owner = post()) {
            for (int i = 0; i < 500; i++) {
                WireClient client = new WireClient(port);
                clients.add(client);
                client.request("GET", path(owner), new byte[0], owner.cookie());
                assertThat(client.status()).isEqualTo(200);
            }
            org.awaitility.Awaitility.await()
                    .untilAsserted(() -> assertThat(threads()).isLessThan(before + 20));
            run().step(1);
            for (WireClient client : clients) {
                assertThat(client.event()).containsEntry("id", "1");
            }
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    /** Virtual threads of requests and of the relay that exist now, and platform threads of the server's. */
    private static long threads() throws IOException {
        Path directory = Files.createTempDirectory("threads");
        Path dump = directory.resolve("dump.txt");
        try {
            java.lang.management.ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class)
                    .dumpThreads(
                            dump.toString(), com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
            try (var lines = Files.lines(dump)) {
                return lines.filter(line -> line.matches("#\\d+ \"sluice-.*")).count();
            }
        } finally {
            Files.deleteIfExists(dump);
            Files.delete(directory);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NONSENSE\r\n\r\n", "GET /\u0000 HTTP/1.1\r\nHost: here\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"})
    void whatIsNoHttpIsAnsweredInOurForm(String request) throws Exception {
        mount();
        try (var client = new WireClient(port)) {
            client.raw(request.getBytes(StandardCharsets.UTF_8));
            assertThat(client.status()).isEqualTo(400);
            assertThat(client.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(client.body()).contains("\"error\"").doesNotContain("<html");
        }
    }

    @Test
    void canBeMountedInAServerThatIsThereAlready() throws Exception {
        mount();
        var server = new org.eclipse.jetty.server.Server();
        var connector = new ServerConnector(server);
        server.addConnector(connector);
        server.setHandler(new ContextHandler(JettyRelay.handler(endpoint), "/relay"));
        server.start();
        try (WireClient client = WireClient.send(connector.getLocalPort(), "POST", "/relay/api/v1/stream", BODY)) {
            run().complete();
            assertThat(client.ids()).containsExactly("1");
            assertThat(WireClient.send(connector.getLocalPort(), "GET", "/relay/healthz", "")
                            .status())
                    .isEqualTo(200);
        } finally {
            server.stop();
        }
    }

    @Test
    void stoppingTheServerTellsWhoWatches() throws Exception {
        mount();
        try (WireClient client = post()) {
            run().step(1);
            client.event();
            stopServer();
            assertThat(client.event().get("data")).contains("server_shutdown");
            assertThat(client.event()).as("and then a proper end").isEmpty();
        }
    }
}
