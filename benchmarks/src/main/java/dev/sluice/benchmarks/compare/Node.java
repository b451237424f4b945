package dev.sluice.benchmarks.compare;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The peer that is no Java: a script of this module, and the package it measures installed in the build's directory. */
final class Node {
    private static final String SCRIPT = "typescript.mjs";
    private static final String LOCK = "package-lock.json";
    private static final Pattern SDK = Pattern.compile("\"@anthropic-ai/sdk\": \"([^\"]+)\"");

    private static final Path SOURCE = Project.benchmarks().resolve("src/main/node");
    private static final Path HOME = Project.benchmarks().resolve("target/node");

    /** Why there are no rows of Node's; empty if there are. */
    private static final class Setup {
        private static final String OBSTACLE = prepare();
    }

    private Node() {}

    /** Whether rows can be run. Installs the package if that was never done; if it cannot, says so, once. Blocks. */
    static boolean isReady() {
        return Setup.OBSTACLE.isEmpty();
    }

    /** The twin of a row's main class, with the same arguments. */
    static ProcessBuilder builder(Class<?> main, List<String> arguments) {
        List<String> command =
                new ArrayList<>(List.of("node", HOME.resolve(SCRIPT).toString(), main.getSimpleName()));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectError(Redirect.INHERIT);
    }

    /** What is measured, and on what; empty where there is no Node. */
    static Optional<String> version() throws IOException {
        Matcher sdk = SDK.matcher(Files.readString(SOURCE.resolve("package.json")));
        try {
            String node = output("node", "--version").strip();
            return sdk.find() ? Optional.of("TypeScript SDK " + sdk.group(1) + " on Node " + node) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String prepare() {
        try {
            install();
            return "";
        } catch (IOException e) {
            String obstacle = "" + e.getMessage();
            System.err.println("The TypeScript SDK is left out: " + obstacle);
            return obstacle;
        }
    }

    private static void install() throws IOException {
        output("node", "--version");
        Files.createDirectories(HOME);
        for (String file : List.of(SCRIPT, "package.json", LOCK)) {
            Files.write(HOME.resolve(file), Files.readAllBytes(SOURCE.resolve(file)));
        }
        Path installed = HOME.resolve("installed.json");
        if (!Files.exists(installed) || Files.mismatch(installed, HOME.resolve(LOCK)) >= 0) {
            output("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1");
            Files.write(installed, Files.readAllBytes(HOME.resolve(LOCK)));
        }
    }

    /** What a command printed; an exception with its complaints if it failed or is not there. */
    private static String output(String... command) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (Files.isDirectory(HOME)) {
            builder.directory(HOME.toFile());
        }
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.onExit().join().exitValue();
        if (status != 0) {
            throw new IOException(said.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("npm err"))
                    .limit(3)
                    .collect(Collectors.joining("; ", String.join(" ", command) + " ended with " + status + ": ", "")));
        }
        return said;
    }
}
