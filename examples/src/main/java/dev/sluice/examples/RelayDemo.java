package dev.sluice.examples;

import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.redis.RedisResumeLog;
import dev.sluice.redis.RedisRunJournal;
import dev.sluice.relay.MemoryResumeLog;
import dev.sluice.relay.Relay;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.RunSource;
import dev.sluice.relay.StartRequest;
import dev.sluice.relay.http.RelayAuthenticator;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jetty.JettyRelay;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * A chat in a browser: the model and its tools run here, and the page shows what they do, through a lost network, in as many
 * tabs as one likes. {@code --port} says where; {@code --redis host:port} makes it one machine of a fleet, of which each can
 * show what another one runs, and goes on with it if that one dies; {@code --redis} alone starts a Redis server for it. {@code --nodes 2}
 * starts two such machines at one address; Enter kills the one that has a run.
 */
public final class RelayDemo implements AutoCloseable {
    private static final String USAGE = "--port NUMBER, --redis [HOST:PORT] and --nodes NUMBER can be given";

    /** What its first line begins with. */
    static final String OPEN = "Open ";

    /** What a line begins with that says where a run is. */
    static final String RUNS = "runs here: ";

    private final MillGate gate = MillGate.open();
    private final LlmClient client;
    private final JettyRelay server;
    private final Optional<EmbeddedRedis> redis;

    private RelayDemo(Demo demo, int port, Relay relay, RelayAuthenticator sessions, Optional<EmbeddedRedis> redis)
            throws IOException {
        this.redis = redis;
        client = demo.client();
        RelayEndpoint endpoint = RelayEndpoint.builder(relay, request -> run(demo, request))
                .authenticator(sessions)
                .page()
                .suggestions(MillGate.QUESTIONS)
                .build();
        server = JettyRelay.start(endpoint, port);
    }

    private RunSource run(Demo demo, StartRequest request) {
        ToolLoop.Builder run = ToolLoop.builder(
                        client,
                        MessageRequest.builder()
                                .model(demo.model())
                                .maxTokens(2048)
                                .system(MillGate.SYSTEM)
                                .messages(request.conversation().messages())
                                .build())
                .tools(Stream.of(gate.tools())
                        .map(tool -> tool.afterCrash(Tool.AfterCrash.RUN_AGAIN)) // they only read
                        .toList());
        request.journal().ifPresent(claim -> {
            run.journal(claim);
            System.out.println(
                    RUNS + request.conversation().messages().getLast().text());
        });
        return RunSource.of(run.start());
    }

    /** Serves until the program is stopped. */
    public static void main(String[] args) throws Exception {
        int nodes = List.of(args).indexOf("--nodes");
        if (nodes >= 0) {
            serveNodes(Integer.parseInt(value(args, nodes + 1)), args);
            return;
        }
        var stopped = new CountDownLatch(1);
        RelayDemo demo;
        try {
            demo = serve(args);
        } catch (IllegalArgumentException | BindException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            demo.close();
            stopped.countDown();
        }));
        System.out.println(OPEN + demo.uri() + " in a browser, and ask: " + MillGate.QUESTION);
        System.out.println("Ctrl-C stops.");
        stopped.await();
    }

    private static void serveNodes(int count, String... args) throws IOException {
        List<String> options = new ArrayList<>(List.of(args));
        int at = options.indexOf("--nodes");
        options.subList(at, at + 2).clear();
        int port = 8080;
        at = options.indexOf("--port");
        if (at >= 0) {
            port = Integer.parseInt(value(args, List.of(args).indexOf("--port") + 1));
            options.subList(at, at + 2).clear();
        }
        try (RelayNodes nodes = RelayNodes.start(count, port, options, System.out::println)) {
            Runtime.getRuntime().addShutdownHook(new Thread(nodes::close));
            System.out.println(OPEN + nodes.uri() + " in a browser, and ask: " + MillGate.QUESTION);
            System.out.println("Enter kills the node that has the run. Ctrl-C stops.");
            var keys = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (keys.readLine() != null) {
                nodes.kill();
            }
        }
    }

    /** Begins to serve. */
    static RelayDemo serve(String... args) throws IOException {
        int port = 8080;
        String redis = "";
        boolean embedded = false;
        List<String> others = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--port" -> port = Integer.parseInt(value(args, ++i));
                case "--redis" -> {
                    embedded = i + 1 == args.length || args[i + 1].startsWith("--");
                    redis = embedded ? "" : args[++i];
                }
                default -> others.add(args[i]);
            }
        }
        Demo demo = Demo.of(others.toArray(String[]::new));
        Optional<EmbeddedRedis> own = embedded ? Optional.of(EmbeddedRedis.start()) : Optional.empty();
        String address = own.map(EmbeddedRedis::address).orElse(redis);
        ResumeLog log = address.isEmpty()
                ? MemoryResumeLog.builder().build()
                : RedisResumeLog.builder(URI.create("redis://" + address)).build();
        own.ifPresent(started -> System.out.println("Started a Redis server at " + address + ", which ends with this"
                + " program. One more machine: --port 8081 --redis " + address));
        try {
            Relay.Builder relay = Relay.builder().log(log);
            if (!address.isEmpty()) {
                relay.journal(RedisRunJournal.builder(URI.create("redis://" + address))
                        .build());
            }
            return new RelayDemo(demo, port, relay.build(), sessions(address), own);
        } catch (IOException | RuntimeException e) {
            own.ifPresent(EmbeddedRedis::close);
            throw e;
        }
    }

    /** All machines of one Redis know each other's sessions. A product keeps random bytes for that; this key is no secret. */
    private static RelayAuthenticator sessions(String redis) {
        return redis.isEmpty()
                ? RelayAuthenticator.cookie()
                : RelayAuthenticator.cookie(
                        ("the key of a demonstration on " + redis).getBytes(StandardCharsets.UTF_8));
    }

    private static String value(String[] args, int at) {
        if (at == args.length) {
            throw new IllegalArgumentException("What follows " + args[at - 1] + " is missing: " + USAGE);
        }
        return args[at];
    }

    /** The address of the Redis server that was started for it; empty if none was. */
    String redis() {
        return redis.map(EmbeddedRedis::address).orElse("");
    }

    /** Where the page is. */
    URI uri() {
        return server.uri();
    }

    @Override
    public void close() {
        server.close();
        client.close();
        gate.close();
        redis.ifPresent(EmbeddedRedis::close);
    }
}
