package dev.sluice.benchmarks.compare;

import dev.sluice.benchmarks.client.Client;
import dev.sluice.benchmarks.wire.Shape;
import dev.sluice.benchmarks.wire.Shape.Kind;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * From the start of a process to the first text of a stream, each client with the jars it uses and no others; then the same
 * with a cache of loaded classes: an AOT cache, before JDK 25 a dynamic CDS archive. Node is started plainly, once.
 *
 * <p>{@code mvn -q -Pbench -Dmain=dev.sluice.benchmarks.compare.ColdStart -Dargs="quick"}
 */
public final class ColdStart {
    static final String ROW = "cold";
    static final String PRINTS_ONLY = "JVM";
    static final List<Client> CLIENTS =
            List.of(Client.SLUICE, Client.SLUICE_APACHE, Client.ANTHROPIC, Client.LANGCHAIN4J, Client.TYPESCRIPT);

    private static final Shape SHAPE = new Shape(Kind.TINY, 10);
    private static final boolean AOT = Runtime.version().feature() >= 25;

    private final String url;
    private final int runs;
    private final Path directory;

    private ColdStart(String url, int runs, Path directory) {
        this.url = url;
        this.runs = runs;
        this.directory = directory;
    }

    /** Runs the bench and keeps its figures for {@link Report}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        var options = Options.of(args);
        Results results = Results.load();
        run(options, results);
        results.save();
    }

    static void run(Options options, Results results) throws IOException, InterruptedException {
        results.began(ROW, options);
        System.out.printf("%-20s %16s %16s%n", "to first text", "ms", "ms with cache");
        Path directory = Project.benchmarks().resolve("target/cold");
        Files.createDirectories(directory);
        try (Processes processes = Processes.withServer()) {
            var cold = new ColdStart(processes.url(SHAPE), options.quick() ? 3 : 10, directory);
            for (int i = 0; i < 3; i++) { // the server, too, starts cold
                once(java(System.getProperty("java.class.path"), List.of(), List.of("SOCKET", cold.url)));
            }
            cold.row(PRINTS_ONLY, "JVM that only prints", List.of(), results);
            for (Client client : CLIENTS) {
                if (options.has(client) && client.underNode()) {
                    cold.node(client, results);
                } else if (options.has(client)) {
                    cold.row(client.name(), client.label(), List.of(client.name(), cold.url), results);
                }
            }
        }
    }

    private void row(String name, String label, List<String> arguments, Results results)
            throws IOException, InterruptedException {
        String classPath = used(arguments);
        Path cache = directory.resolve(name + (AOT ? ".aot" : ".jsa"));
        Files.deleteIfExists(cache);
        once(java(
                classPath,
                List.of((AOT ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + cache, "-Dorderly=true"),
                arguments));
        Map<String, Double> row = new TreeMap<>();
        row.put("plain", median(java(classPath, List.of(), arguments)));
        row.put(
                "cached",
                median(java(
                        classPath, List.of((AOT ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + cache), arguments)));
        results.put(ROW + "." + name, row);
        System.out.printf(Locale.ROOT, "%-20s %,16.0f %,16.0f%n", label, row.get("plain"), row.get("cached"));
    }

    private void node(Client client, Results results) throws IOException, InterruptedException {
        if (Node.isReady()) {
            double plain = median(Node.builder(FirstText.class, List.of(client.name(), url)));
            results.put(ROW + "." + client, Map.of("plain", plain));
            System.out.printf(Locale.ROOT, "%-20s %,16.0f%n", client.label(), plain);
        }
    }

    private static ProcessBuilder java(String classPath, List<String> options, List<String> arguments) {
        return Processes.builder(classPath, options, FirstText.class, arguments)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
    }

    private double median(ProcessBuilder builder) throws IOException, InterruptedException {
        double[] times = new double[runs];
        for (int i = 0; i < runs; i++) {
            times[i] = once(builder);
        }
        return StreamRow.median(times);
    }

    /** Milliseconds from the start of a process to its first byte. */
    private static double once(ProcessBuilder builder) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = builder.start();
        int first = process.getInputStream().read();
        double millis = (System.nanoTime() - start) / 1e6;
        process.getInputStream().transferTo(OutputStream.nullOutputStream());
        if (process.waitFor() != 0 || first < 0) {
            throw new IOException("a process that should have printed a text failed: " + builder.command());
        }
        return millis;
    }

    /** The part of the class path that classes are loaded from, directories packed into jars, for a cache takes only those. */
    private String used(List<String> arguments) throws IOException, InterruptedException {
        Path log = directory.resolve("loaded.log");
        Files.deleteIfExists(log);
        once(java(
                System.getProperty("java.class.path"),
                List.of("-Xlog:class+load:file=" + log + ":none:filecount=0", "-Dorderly=true"),
                arguments));
        String loaded = Files.readString(log);
        Set<String> parts = new LinkedHashSet<>();
        for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(part);
            if (loaded.contains("source: file:" + path.toUri().getRawPath())) {
                parts.add(Files.isDirectory(path) ? jar(path) : part);
            }
        }
        return String.join(File.pathSeparator, parts);
    }

    private String jar(Path classes) throws IOException {
        Path jar = directory.resolve(classes.getParent().getParent().getFileName() + ".jar");
        List<Path> files = new ArrayList<>();
        try (Stream<Path> found = Files.walk(classes)) {
            found.filter(Files::isRegularFile).sorted().forEach(files::add);
        }
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Path file : files) {
                out.putNextEntry(
                        new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, out);
            }
        }
        return jar.toString();
    }
}
