package dev.sluice.relay.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.TimeSource;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.ScriptedRun;
import dev.sluice.relay.http.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A request's thread is interrupted while it waits for the body, if that takes too long, and at no other time. */
class JdkBodyTest {
    private static final String HEAD = "POST /api/v1/stream HTTP/1.1\r\n"
            + "Host: here\r\n"
            + "Content-Type: application/json\r\n"
            + "Content-Length: 16\r\n\r\n";
    private static final byte[] WHOLE = (HEAD + "{\"message\":\"hi\"}").getBytes(StandardCharsets.UTF_8);
    private static final byte[] HALF = (HEAD + "{").getBytes(StandardCharsets.UTF_8);

    private final Timer timer = new Timer();
    private final Relay relay = Relay.builder().build();
    private HttpServer server;
    private ExecutorService threads;

    /** A clock that keeps what is scheduled for the test to run, even if it was taken back meanwhile. */
    private static final class Timer implements TimeSource {
        final List<Runnable> tasks = new CopyOnWriteArrayList<>();

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
            return () -> {};
        }

        void expire() {
            tasks.forEach(Runnable::run);
        }
    }

    private WireClient client(RunFactory starter, ExecutorService executor) throws IOException {
        threads = executor;
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        RelayEndpoint endpoint =
                RelayEndpoint.builder(relay, starter).allowedHosts("here").build();
        server.setExecutor(threads);
        server.createContext("/", JdkRelay.handler(endpoint, Duration.ofSeconds(20), timer));
        server.start();
        return new WireClient(server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        relay.close();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void aBodyThatDoesNotComeIsNotWaitedForLonger() throws Exception {
        try (var client = client(request -> new ScriptedRun(), Executors.newVirtualThreadPerTaskExecutor())) {
            Thread.ofVirtual().start(() -> {
                await().until(() -> !timer.tasks.isEmpty());
                timer.expire();
            });
            assertThatThrownBy(() -> client.raw(HALF))
                    .isInstanceOf(IOException.class)
                    .hasMessageNotContaining("timed out");
        }
        assertThat(relay.running()).isZero();
    }

    @Test
    void aStarterThatIsSlowIsNotInterrupted() throws Exception {
        var begun = new CountDownLatch(1);
        var allowed = new CountDownLatch(1);
        RunFactory slow = request -> {
            begun.countDown();
            allowed.await();
            return new ScriptedRun();
        };
        try (var client = client(slow, Executors.newVirtualThreadPerTaskExecutor())) {
            var answer = CompletableFuture.supplyAsync(() -> status(client));
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            timer.expire();
            allowed.countDown();
            assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(200);
        }
    }

    private static int status(WireClient client) {
        try {
            return client.raw(WHOLE).status();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void whoHasThePooledThreadAfterAClientThatLeftIsNotInterrupted() throws Exception {
        try (var client = client(request -> new ScriptedRun(), Executors.newSingleThreadExecutor())) {
            client.socket().getOutputStream().write(HALF);
            await().until(() -> !timer.tasks.isEmpty());
        }
        var interrupted = threads.submit(() -> {
            timer.expire();
            return Thread.interrupted();
        });
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
    }
}
