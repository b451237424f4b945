package dev.sluice.benchmarks.compare;

import dev.sluice.benchmarks.client.Client;
import dev.sluice.benchmarks.compare.ConcurrencyBench.Crowd;
import dev.sluice.benchmarks.wire.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Writes the figures of the latest runs between the marks in this module's README, and draws the charts. */
public final class Report {
    private static final String BEGIN = "<!-- figures: written by Report, do not edit -->\n";
    private static final String END = "<!-- end of figures -->\n";
    private static final double KB = 1024;

    /** Whom a client of ours is compared with. */
    private record Pair(Client ours, Client peer) {}

    private static final List<Pair> PAIRS = List.of(
            new Pair(Client.SLUICE, Client.ANTHROPIC),
            new Pair(Client.SLUICE_FINAL, Client.ANTHROPIC_FINAL),
            new Pair(Client.SLUICE, Client.LANGCHAIN4J),
            new Pair(Client.SLUICE_FINAL, Client.LANGCHAIN4J),
            new Pair(Client.SLUICE, Client.TYPESCRIPT),
            new Pair(Client.SLUICE_FINAL, Client.TYPESCRIPT_FINAL),
            new Pair(Client.SLUICE_APACHE, Client.ANTHROPIC),
            new Pair(Client.SLUICE_APACHE_FINAL, Client.ANTHROPIC_FINAL),
            new Pair(Client.SLUICE_APACHE, Client.LANGCHAIN4J),
            new Pair(Client.SLUICE_APACHE_FINAL, Client.LANGCHAIN4J),
            new Pair(Client.SLUICE_APACHE, Client.TYPESCRIPT),
            new Pair(Client.SLUICE_APACHE_FINAL, Client.TYPESCRIPT_FINAL),
            new Pair(Client.SLUICE, Client.OKHTTP_SSE),
            new Pair(Client.SLUICE, Client.EVENTSOURCE));

    private final Results results;

    private Report(Results results) {
        this.results = results;
    }

    /** Writes the report. */
    public static void main(String[] args) throws IOException {
        write(Results.load());
    }

    static void write(Results results) throws IOException {
        Path readme = Project.benchmarks().resolve("README.md");
        String text = Files.readString(readme);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException(readme + " has lost the marks that the figures stand between");
        }
        Files.writeString(
                readme,
                text.substring(0, begin + BEGIN.length()) + new Report(results).figures() + text.substring(end));
        new Charts(results).draw();
    }

    private String figures() throws IOException {
        return "\n" + Machine.describe() + ".\nPeers: " + Machine.versions() + ".\n\n### One stream at a time\n\n"
                + "Begun " + results.began("stream") + ".\n\n" + ratios() + "\n"
                + "![Events per second](charts/events.png)\n![CPU per event](charts/cpu.png)\n\n" + streams() + "\n"
                + "### From question to first text, warm\n\n" + firstTexts() + "\n### Many streams at once\n\n"
                + "Begun " + results.began("crowd") + ".\n\n" + crowds() + "\n"
                + "![Delivery latency](charts/latency.png)\n\n### Cold start\n\nBegun " + results.began(ColdStart.ROW)
                + ".\n\n" + cold() + "\n![Cold start](charts/cold-start.png)\n\n";
    }

    /** How many times as fast, and what part of the cost. */
    private Table ratios() {
        List<String> heads = new ArrayList<>(List.of("", "compared with"));
        StreamBench.SHAPES.forEach(shape -> heads.add(shape + ": speed"));
        StreamBench.SHAPES.forEach(shape -> heads.add(shape + ": CPU"));
        heads.add(StreamBench.BULK + ": allocation");
        var table = new Table(heads.toArray(String[]::new));
        for (Pair pair : PAIRS) {
            List<String> cells = new ArrayList<>(List.of(pair.ours.label(), pair.peer.label()));
            StreamBench.SHAPES.forEach(shape -> cells.add(ratio(pair, shape, "events") + " ×"));
            StreamBench.SHAPES.forEach(shape -> cells.add(ratio(pair, shape, "cpu")));
            cells.add(ratio(pair, StreamBench.BULK, "bytes"));
            table.row(cells);
        }
        return table;
    }

    private String ratio(Pair pair, Shape shape, String figure) {
        return Table.ratio(results.get(shape + "." + pair.ours, figure), results.get(shape + "." + pair.peer, figure));
    }

    private String streams() {
        var tables = new StringBuilder();
        for (Shape shape : StreamBench.SHAPES) {
            tables.append(tables.isEmpty() ? "" : "\n");
            var table = new Table(shape.toString(), "events/s", "CPU ns/event", "bytes allocated/event");
            for (Client client : Client.values()) {
                String row = shape + "." + client;
                table.row(List.of(
                        client.label(),
                        Table.number(results.get(row, "events"), 0),
                        Table.number(results.get(row, "cpu"), 0),
                        Table.number(results.get(row, "bytes"), 0)));
            }
            tables.append(table);
        }
        return tables.toString();
    }

    private Table firstTexts() {
        var table = new Table("", "p50 ms", "p99 ms", "p50 more than a raw socket, ms");
        OptionalDouble socket = results.get(StreamBench.FIRST + "." + Client.SOCKET, "p50");
        for (Client client : Client.ONE_OF_EACH) {
            OptionalDouble median = results.get(StreamBench.FIRST + "." + client, "p50");
            OptionalDouble more = median.isEmpty() || socket.isEmpty()
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(median.getAsDouble() - socket.getAsDouble());
            table.row(List.of(
                    client.label(),
                    Table.number(median, 3),
                    Table.number(results.get(StreamBench.FIRST + "." + client, "p99"), 3),
                    Table.number(more, 3)));
        }
        return table;
    }

    private Table crowds() {
        var table = new Table(
                "streams × events/s",
                "",
                "streams served",
                "events delivered",
                "p50 ms",
                "p99 ms",
                "max ms",
                "cores",
                "RSS KB/stream",
                "live heap KB/stream",
                "platform threads");
        for (Crowd crowd : ConcurrencyBench.CROWDS) {
            for (Client client : Client.ONE_OF_EACH) {
                String row = crowd + "." + client;
                table.row(List.of(
                        "%,d × %d".formatted(crowd.streams(), crowd.perSecond()),
                        client.label(),
                        Table.number(results.get(row, "served"), 0),
                        Table.number(scaled(row, "delivered", 100), 1) + " %",
                        Table.number(results.get(row, "p50"), 2),
                        Table.number(results.get(row, "p99"), 2),
                        Table.number(results.get(row, "max"), 1),
                        Table.number(results.get(row, "cores"), 2),
                        Table.number(scaled(row, "rss", 1 / KB), 0),
                        Table.number(scaled(row, "heap", 1 / KB), 1),
                        Table.number(results.get(row, "threads"), 0)));
            }
        }
        return table;
    }

    private OptionalDouble scaled(String row, String figure, double by) {
        OptionalDouble value = results.get(row, figure);
        return value.isEmpty() ? value : OptionalDouble.of(value.getAsDouble() * by);
    }

    private Table cold() {
        var table =
                new Table("process start to first text", "ms", "ms with a cache of classes", "Sluice takes, of this");
        List<String> rows = Stream.concat(
                        Stream.of(ColdStart.PRINTS_ONLY),
                        ColdStart.CLIENTS.stream().map(Client::name))
                .toList();
        for (String name : rows) {
            String row = ColdStart.ROW + "." + name;
            boolean client = !name.equals(ColdStart.PRINTS_ONLY);
            table.row(List.of(
                    client ? Client.valueOf(name).label() : "JVM that only prints",
                    Table.number(results.get(row, "plain"), 0),
                    Table.number(results.get(row, "cached"), 0),
                    client ? Table.ratio(results.get("cold.SLUICE", "plain"), results.get(row, "plain")) : ""));
        }
        return table;
    }
}
