package dev.sluice.redis;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import redis.clients.jedis.Jedis;

/** A redis-server of the test's own, which it can kill, stop and start again; without persistence. */
final class RedisProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path program;
    private final Path folder;
    private final List<String> options;
    final int port;
    private Process process;
    private List<String> sentinelOf = List.of();

    private RedisProcess(Path program, int port, List<String> options) {
        this.program = program;
        this.port = port;
        this.options = options;
        try {
            folder = Files.createTempDirectory("redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts one on a free port; the test is skipped if this machine can run none. */
    static RedisProcess start(String... options) {
        var redis = absent(options);
        redis.restart();
        return redis;
    }

    /** One that is not started yet. */
    static RedisProcess absent(String... options) {
        return new RedisProcess(RedisProgram.require(), freePort(), List.of(options));
    }

    /** One that leaves room for the port of a cluster, which is ten thousand higher. */
    private static int freePort() {
        while (true) {
            try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (free.getLocalPort() < 55_000) {
                    return free.getLocalPort();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Starts a Sentinel that knows this primary by a name. */
    static RedisProcess sentinel(String name, int primary) {
        var sentinel = absent();
        sentinel.sentinelOf = List.of(
                "sentinel monitor " + name + " 127.0.0.1 " + primary + " 1",
                "sentinel down-after-milliseconds " + name + " 500",
                "sentinel failover-timeout " + name + " 5000");
        sentinel.restart();
        return sentinel;
    }

    /** Starts it again, with nothing of what it knew, and waits until it answers. */
    void restart() {
        launch(Jedis::ping);
    }

    /** As {@link #restart}, for one that wants a password. */
    void restartWith(String password) {
        launch(client -> client.auth(password));
    }

    private void launch(Consumer<Jedis> greeting) {
        try {
            process = new ProcessBuilder(sentinelOf.isEmpty() ? serverCommand() : sentinelCommand())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .ignoreExceptions()
                .until(() -> {
                    try (var client = client()) {
                        greeting.accept(client);
                        return true;
                    }
                });
    }

    private List<String> serverCommand() {
        var command = new ArrayList<>(List.of(
                program.toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--save",
                "",
                "--appendonly",
                "no"));
        command.addAll(List.of("--dir", folder.toString()));
        command.addAll(options);
        return command;
    }

    private List<String> sentinelCommand() throws IOException {
        var settings = new ArrayList<>(List.of("bind 127.0.0.1", "port " + port, "dir " + folder));
        settings.addAll(sentinelOf);
        var file = Files.write(folder.resolve("sentinel.conf"), settings);
        return List.of(program.toString(), file.toString(), "--sentinel");
    }

    Jedis client() {
        return new Jedis("127.0.0.1", port);
    }

    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** It keeps its connections and answers nothing. */
    void freeze() {
        signal("-STOP");
    }

    void thaw() {
        signal("-CONT");
    }

    private void signal(String signal) {
        try {
            var sent = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
            if (sent.waitFor() != 0) {
                throw new AssertionError("kill " + signal + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("redis-server is still there");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
