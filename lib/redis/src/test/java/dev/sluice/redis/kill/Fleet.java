package dev.sluice.redis.kill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** So many nodes, each of which is replaced when it is killed. */
final class Fleet implements AutoCloseable {
    private final int redisPort;
    private final int modelPort;
    private final Path folder;
    private final AtomicInteger names = new AtomicInteger();
    private final List<Node> nodes = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<Recovery> recoveries = new ConcurrentLinkedQueue<>();

    /**
     * A node.
     *
     * @param name its name
     * @param process its process
     * @param port where it serves
     */
    record Node(String name, Process process, int port) {}

    Fleet(int redisPort, int modelPort, Path folder) {
        this.redisPort = redisPort;
        this.modelPort = modelPort;
        this.folder = folder;
    }

    /** Starts one more, and waits until it serves. */
    void add() {
        String name = "node" + names.incrementAndGet();
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx256m"));
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=" + System.getProperty("kill.log", "off"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), FleetNode.class.getName()));
        command.addAll(List.of(name, "" + redisPort, "" + modelPort, folder.toString()));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String line = process.inputReader(StandardCharsets.UTF_8).readLine();
            if (line == null) {
                throw new IllegalStateException(name + " did not start");
            }
            nodes.add(new Node(name, process, Integer.parseInt(line)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills one with SIGKILL, and returns its name. */
    String kill(Random random) {
        Node node = nodes.get(random.nextInt(nodes.size()));
        nodes.remove(node);
        node.process().destroyForcibly();
        return node.name();
    }

    /** The port of one that is there. */
    int anyPort() throws IOException {
        List<Node> now = List.copyOf(nodes);
        if (now.isEmpty()) {
            throw new IOException("no node is there");
        }
        return now.get(ThreadLocalRandom.current().nextInt(now.size())).port();
    }

    void noteRecoveries(List<Recovery> ofRun) {
        recoveries.addAll(ofRun);
    }

    /** What watchers saw of the kills. */
    List<Recovery> recoveries() {
        return List.copyOf(recoveries);
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.process().destroyForcibly());
        nodes.forEach(
                node -> node.process().onExit().orTimeout(20, TimeUnit.SECONDS).join());
    }
}
