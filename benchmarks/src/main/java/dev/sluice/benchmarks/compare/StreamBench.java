package dev.sluice.benchmarks.compare;

import dev.sluice.benchmarks.client.Client;
import dev.sluice.benchmarks.wire.Shape;
import dev.sluice.benchmarks.wire.Shape.Kind;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One stream at a time: each client on each shape, in a fresh process each. Prints as it goes.
 *
 * <p>{@code mvn -q -Pbench -Dmain=dev.sluice.benchmarks.compare.StreamBench -Dargs="quick sluice anthropic"}
 */
public final class StreamBench {
    static final Shape BULK = new Shape(Kind.BULK, 10_000);
    static final Shape TINY = new Shape(Kind.TINY, 10_000);
    static final Shape TOOLS = new Shape(Kind.TOOLS, 5_000);
    static final List<Shape> SHAPES = List.of(BULK, TOOLS, TINY);

    static final Shape FIRST = new Shape(Kind.TINY, 1);

    private StreamBench() {}

    /** Runs the bench and keeps its figures for {@link Report}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        var options = Options.of(args);
        Results results = Results.load();
        run(options, results);
        results.save();
    }

    static void run(Options options, Results results) throws IOException, InterruptedException {
        results.began("stream", options);
        System.out.printf(
                "%-12s %-32s %12s %14s %14s%n", "shape", "client", "events/s", "CPU ns/event", "alloc B/event");
        try (Processes processes = Processes.withServer()) {
            for (Shape shape : SHAPES) { // so that the server is warm, and equally so for the first
                row(processes, Client.SOCKET, shape, new Options(true, options.clients()));
            }
            for (Shape shape : SHAPES) {
                for (Client client : options.clients()) {
                    Map<String, Double> row = row(processes, client, shape, options);
                    if (!row.isEmpty()) {
                        results.put(shape + "." + client, row);
                        System.out.printf(
                                Locale.ROOT,
                                "%-12s %-32s %,12.0f %,14.0f %,14.0f%n",
                                shape,
                                client.label(),
                                row.get("events"),
                                row.get("cpu"),
                                row.getOrDefault("bytes", Double.NaN));
                    }
                }
            }
            firstTexts(processes, options, results);
        }
    }

    /** How long a text takes from the question to the user, on a connection that is open already. */
    private static void firstTexts(Processes processes, Options options, Results results)
            throws IOException, InterruptedException {
        System.out.printf("%-12s %-32s %12s %14s%n", "shape", "client", "p50 ms", "p99 ms");
        for (Client client : Client.ONE_OF_EACH) {
            List<String> arguments = List.of(processes.url(FIRST), options.quick() ? "500" : "5000");
            Map<String, Double> row =
                    options.has(client) ? Processes.run(client, FirstTextRow.class, arguments) : Map.of();
            if (!row.isEmpty()) {
                results.put(FIRST + "." + client, row);
                System.out.printf(
                        Locale.ROOT,
                        "%-12s %-32s %12.3f %14.3f%n",
                        FIRST,
                        client.label(),
                        row.get("p50"),
                        row.get("p99"));
            }
        }
    }

    private static Map<String, Double> row(Processes processes, Client client, Shape shape, Options options)
            throws IOException, InterruptedException {
        List<String> lengths = options.quick() ? List.of("1.2", "3", "0.5") : List.of("5", "7", "1");
        List<String> row = List.of(processes.url(shape), Integer.toString(shape.count()));
        return Processes.run(
                client,
                StreamRow.class,
                Stream.concat(row.stream(), lengths.stream()).toList());
    }
}
