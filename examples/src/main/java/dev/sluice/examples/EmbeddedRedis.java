package dev.sluice.examples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis server in a process of its own, which a dependency carries for the usual systems. It keeps nothing on the disk,
 * listens on this machine only, and ends with {@link #close} or with this program.
 */
final class EmbeddedRedis implements AutoCloseable {
    private static final String GIVE = "; give the address of one, as in --redis 127.0.0.1:6379";

    private final RedisServer server;
    private final int port;

    private EmbeddedRedis(RedisServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts one on a free port and waits until it answers.
     *
     * @throws IllegalArgumentException if there is none for this system
     */
    static EmbeddedRedis start() {
        if (System.getProperty("os.name").startsWith("Windows")) {
            throw new IllegalArgumentException("The Redis that Maven has for Windows is older than 6.2" + GIVE);
        }
        try {
            Path program = ExecutableProvider.newJarResourceProvider().get().toPath();
            int port = freePort();
            List<String> command =
                    List.of(program.toString(), "--bind", "127.0.0.1", "--port", Integer.toString(port), "--save", "");
            var server = new RedisServer(port, command, false);
            server.start();
            return new EmbeddedRedis(server, port);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("No Redis starts on this machine: " + e.getMessage() + GIVE, e);
        }
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Host and port. */
    String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (IOException e) {
            throw new IllegalStateException("Redis did not stop", e);
        }
    }
}
