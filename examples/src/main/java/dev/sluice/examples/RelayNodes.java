package dev.sluice.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Several {@link RelayDemo}s, each a process of its own, with one Redis and one address. Whoever connects to the address gets to a
 * node that is there. A node that is killed is replaced; its runs go on at another one.
 */
final class RelayNodes implements AutoCloseable {
    private final EmbeddedRedis redis;
    private final List<String> options;
    private final Consumer<String> out;
    private final ServerSocket door;
    private final List<Node> nodes = new CopyOnWriteArrayList<>();
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger turn = new AtomicInteger();

    /** The node that began or went on with a run last. */
    private volatile Optional<Node> running = Optional.empty();

    private volatile boolean closed;

    private record Node(String name, Process process, int port) {}

    private RelayNodes(EmbeddedRedis redis, List<String> options, ServerSocket door, Consumer<String> out) {
        this.redis = redis;
        this.options = options;
        this.door = door;
        this.out = out;
    }

    /**
     * Starts so many nodes.
     *
     * @param port where all of them are reached; 0 for any
     * @param options what each node is started with
     * @param out takes what happens, in lines
     */
    static RelayNodes start(int count, int port, List<String> options, Consumer<String> out) throws IOException {
        EmbeddedRedis redis = EmbeddedRedis.start();
        RelayNodes nodes = null;
        try {
            var door = new ServerSocket();
            door.setReuseAddress(true);
            door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            nodes = new RelayNodes(redis, options, door, out);
            for (int i = 0; i < count; i++) {
                nodes.add();
            }
            Thread.ofVirtual().name("relay-nodes").start(nodes::accept);
            return nodes;
        } catch (IOException | RuntimeException e) {
            if (nodes != null) {
                nodes.close();
            } else {
                redis.close();
            }
            throw e;
        }
    }

    /** Where the page is. */
    URI uri() {
        return URI.create("http://localhost:" + door.getLocalPort() + "/");
    }

    /** Kills the node that has a run, or else any, as a loss of power would, and starts another. */
    void kill() throws IOException {
        Node node = running.filter(nodes::contains).orElse(nodes.getFirst());
        nodes.remove(node);
        node.process().destroyForcibly();
        out.accept("killed " + node.name());
        add();
    }

    private void add() throws IOException {
        String name = "node " + started.incrementAndGet();
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp"));
        command.addAll(List.of(System.getProperty("java.class.path"), RelayDemo.class.getName()));
        command.addAll(List.of("--port", "0", "--redis", redis.address()));
        command.addAll(options);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        String open = said.lines()
                .filter(line -> line.startsWith(RelayDemo.OPEN))
                .findFirst()
                .orElseThrow(() -> new IOException(name + " did not start; its own lines say why"));
        var node = new Node(name, process, URI.create(open.split(" ", -1)[1]).getPort());
        nodes.add(node);
        out.accept("started " + name);
        Thread.ofVirtual().name("relay-" + name).start(() -> said.lines().forEach(line -> said(node, line)));
    }

    private void said(Node node, String line) {
        if (line.startsWith(RelayDemo.RUNS)) {
            running = Optional.of(node);
            out.accept(node.name() + ": " + line);
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = door.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket node = connect()) {
            Thread answers = Thread.ofVirtual().start(() -> copy(node, client));
            copy(client, node);
            answers.join();
        } catch (IOException e) {
            // the page connects again
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket connect() throws IOException {
        List<Node> now = List.copyOf(nodes);
        for (int i = 0; i < now.size(); i++) {
            try {
                return new Socket(
                        InetAddress.getLoopbackAddress(),
                        now.get(Math.floorMod(turn.getAndIncrement(), now.size()))
                                .port());
            } catch (IOException e) {
                // it was killed a moment ago
            }
        }
        throw new IOException("no node is there");
    }

    /** Copies until one side ends, and then ends both. */
    private static void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // the other direction ends, too
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            door.close();
        } catch (IOException e) {
            throw new IllegalStateException("the address could not be given up", e);
        }
        nodes.forEach(node -> node.process().destroy());
        nodes.forEach(node -> node.process()
                .onExit()
                .completeOnTimeout(node.process(), 5, TimeUnit.SECONDS)
                .join()
                .destroyForcibly());
        redis.close();
    }
}
