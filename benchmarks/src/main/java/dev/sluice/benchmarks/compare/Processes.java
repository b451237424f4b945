package dev.sluice.benchmarks.compare;

import dev.sluice.benchmarks.client.Client;
import dev.sluice.benchmarks.wire.ReplayServer;
import dev.sluice.benchmarks.wire.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Java processes like this one, on its class path: one that serves, and one for each row of a table, unless that is Node's. */
final class Processes implements AutoCloseable {
    private final Process server;
    private final String url;

    private Processes(Process server, int port) {
        this.server = server;
        this.url = "http://127.0.0.1:" + port;
    }

    static Processes withServer() throws IOException {
        Process server = builder(List.of("-XX:+UseSerialGC", "-Xmx1g", "-Xss512k"), ReplayServer.class, List.of())
                .start();
        return new Processes(server, Integer.parseInt(server.inputReader().readLine()));
    }

    String url(Shape shape) {
        return url + shape.path();
    }

    String url() {
        return url;
    }

    /**
     * Runs a row of a client in a process of its own.
     *
     * @param main the row's main class, whose first argument is the client; Node has one of that name
     * @return what it printed, which is lines of {@code name=value}; empty if it failed, which is said on the standard error
     */
    static Map<String, Double> run(Client client, Class<?> main, List<String> arguments)
            throws IOException, InterruptedException {
        if (client.underNode() && !Node.isReady()) {
            return Map.of();
        }
        List<String> all =
                Stream.concat(Stream.of(client.name()), arguments.stream()).toList();
        Process process = (client.underNode() ? Node.builder(main, all) : builder(List.of(), main, all)).start();
        Map<String, Double> figures = new TreeMap<>();
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                int equals = line.indexOf('=');
                figures.put(line.substring(0, equals), Double.valueOf(line.substring(equals + 1)));
            }
        }
        if (process.waitFor() != 0) {
            System.err.println(main.getSimpleName() + " " + all + " failed");
            return Map.of();
        }
        return figures;
    }

    static void print(String name, double value) {
        System.out.println(name + "=" + value);
    }

    static ProcessBuilder builder(List<String> options, Class<?> main, List<String> arguments) {
        return builder(System.getProperty("java.class.path"), options, main, arguments);
    }

    static ProcessBuilder builder(String classPath, List<String> options, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", classPath, main.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    @Override
    public void close() {
        server.destroy();
    }
}
