package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;

import dev.sluice.relay.ResumeLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Another JVM that writes one stream, until it is told to stop or killed. */
final class Node implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private Node(Process process) {
        this.process = process;
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts one that writes a stream of so many events, one every 5 ms, and waits until it has begun. */
    static Node start(int port, String streamId, int events) {
        return start(Node.class, List.of(Integer.toString(port), streamId, Integer.toString(events)));
    }

    static Node start(Class<?> main, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        try {
            var node = new Node(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
            node.awaitLine("begun");
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its next line, which must be this one. */
    void awaitLine(String expected) {
        try {
            var line = output.readLine();
            if (!expected.equals(line)) {
                throw new AssertionError("said " + line + " instead of " + expected);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        kill();
        process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    }

    /** The node: port, stream, events. */
    public static void main(String[] arguments) throws Exception {
        endWithTheTest();
        int events = Integer.parseInt(arguments[2]);
        var stop = new CountDownLatch(1);
        try (var log = RedisResumeLog.builder("127.0.0.1", Integer.parseInt(arguments[0]))
                .build()) {
            ResumeLog.Writer writer = log.create(arguments[1], OWNER, reason -> stop.countDown());
            System.out.println("begun");
            for (int i = 1; i <= events && !stop.await(5, TimeUnit.MILLISECONDS); i++) {
                writer.append("message_delta", "{\"n\":" + i + "}");
            }
            if (stop.getCount() == 0) {
                System.out.println("stopped");
            }
            writer.finish();
        }
    }

    /** Ends this process when the one that started it has gone. */
    static void endWithTheTest() {
        Thread.ofPlatform().daemon().start(Node::awaitEndOfInput);
    }

    private static void awaitEndOfInput() {
        try (var input = new InputStreamReader(System.in, StandardCharsets.UTF_8)) {
            input.read();
        } catch (IOException over) {
            // as good as the end
        }
        Runtime.getRuntime().halt(1);
    }

    static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
