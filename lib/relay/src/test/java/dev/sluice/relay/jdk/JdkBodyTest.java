package dev.sluice.relay.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.control.Time;
import dev.sluice.relay.Relay;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.ScriptedRun;
import dev.sluice.relay.http.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JdkBodyTest {

    /** A clock that keeps what is scheduled for the test to run. */
    private static final class Timer implements Time {
        final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            tasks.add(task);
            return () -> tasks.remove(task);
        }
    }

    @Test
    void aBodyThatDoesNotComeIsNotWaitedForLonger() throws Exception {
        var timer = new Timer();
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        try (Relay relay = Relay.builder().build();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            RelayEndpoint endpoint = RelayEndpoint.builder(relay, request -> new ScriptedRun())
                    .allowedHosts("here")
                    .build();
            server.setExecutor(threads);
            server.createContext("/", JdkRelay.handler(endpoint, Duration.ofSeconds(20), timer));
            server.start();
            try (var client = new WireClient(server.getAddress().getPort())) {
                byte[] half = ("POST /api/v1/stream HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
                                + "Content-Length: 100\r\n\r\n{")
                        .getBytes(StandardCharsets.UTF_8);
                Thread.ofVirtual().start(() -> expire(timer));
                assertThatThrownBy(() -> client.raw(half))
                        .isInstanceOf(IOException.class)
                        .hasMessageNotContaining("timed out");
            }
            assertThat(relay.running()).isZero();
            server.stop(0);
        }
    }

    private static void expire(Timer timer) {
        try {
            Runnable limit = timer.tasks.poll(10, TimeUnit.SECONDS);
            if (limit != null) {
                limit.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
