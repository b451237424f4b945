package dev.sluice.examples;

import dev.sluice.message.MessageRequest;
import dev.sluice.redis.RedisResumeLog;
import dev.sluice.relay.MemoryResumeLog;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RelayRun;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jetty.JettyRelay;
import dev.sluice.stream.LlmClient;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A chat in a browser: the model and its tools run here, and the page shows what they do, through a lost network, in as many
 * tabs as one likes. {@code --port} says where; {@code --redis host:port} makes it one machine of a fleet, of which each can
 * show what another one runs.
 */
public final class RelayDemo implements AutoCloseable {
    private static final String USAGE = "--port NUMBER and --redis HOST:PORT can be given";

    private final MillGate gate = MillGate.open();
    private final LlmClient client;
    private final JettyRelay server;

    private RelayDemo(Demo demo, int port, ResumeLog log) throws IOException {
        client = demo.client();
        Relay relay = Relay.builder().log(log).build();
        RelayEndpoint endpoint = RelayEndpoint.builder(
                        relay,
                        request -> RelayRun.of(client.run(
                                MessageRequest.builder()
                                        .model(demo.model())
                                        .maxTokens(2048)
                                        .system(MillGate.SYSTEM)
                                        .messages(request.conversation().messages())
                                        .build(),
                                gate.tools())))
                .page()
                .suggestions(MillGate.QUESTIONS)
                .build();
        server = JettyRelay.start(endpoint, port);
    }

    /** Serves until the program is stopped. */
    public static void main(String[] args) throws Exception {
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
        System.out.println("Open " + demo.uri() + " in a browser, and ask: " + MillGate.QUESTION);
        System.out.println("Ctrl-C stops.");
        stopped.await();
    }

    /** Begins to serve. */
    static RelayDemo serve(String... args) throws IOException {
        int port = 8080;
        String redis = "";
        List<String> others = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--port" -> port = Integer.parseInt(value(args, ++i));
                case "--redis" -> redis = value(args, ++i);
                default -> others.add(args[i]);
            }
        }
        Demo demo = Demo.of(others.toArray(String[]::new));
        ResumeLog log = redis.isEmpty()
                ? MemoryResumeLog.builder().build()
                : RedisResumeLog.builder(URI.create("redis://" + redis)).build();
        return new RelayDemo(demo, port, log);
    }

    private static String value(String[] args, int at) {
        if (at == args.length) {
            throw new IllegalArgumentException("What follows " + args[at - 1] + " is missing: " + USAGE);
        }
        return args[at];
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
    }
}
