package dev.sluice.redis.kill;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.TimeSource;
import dev.sluice.client.LlmClient;
import dev.sluice.continuation.Continuation;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.redis.RedisResumeLog;
import dev.sluice.redis.RedisRunJournal;
import dev.sluice.relay.Quota;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RunSource;
import dev.sluice.relay.Session;
import dev.sluice.relay.StartRequest;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jdk.JdkRelay;
import dev.sluice.test.peer.ScriptedModel;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One machine of the fleet: a process of its own, which is there to be killed. */
final class FleetNode {
    private static final Quota MANY = new Quota(10_000, 10_000, 10_000);
    private static final Pattern RUN = Pattern.compile("run (\\d+)");

    private final Path folder;
    private final Effects effects;
    private final String name;
    private final LlmClient client;

    private FleetNode(Path folder, String name, LlmClient client) {
        this.folder = folder;
        effects = new Effects(folder);
        this.name = name;
        this.client = client;
    }

    /** Arguments: its name, the ports of Redis and of the model, the folder. Prints its own port, and ends with its input. */
    public static void main(String[] arguments) throws Exception {
        URI redis = URI.create("redis://127.0.0.1:" + arguments[1]);
        LlmClient client = LlmClient.builder(Claude.builder()
                        .apiKey("k")
                        .baseUrl(URI.create("http://127.0.0.1:" + arguments[2]))
                        .build())
                .continuation(
                        arguments[0].hashCode() % 2 == 0
                                ? Continuation.upTo(1)
                                : Continuation.off()) // every second one
                .build();
        var node = new FleetNode(Path.of(arguments[3]), arguments[0], client);
        Relay relay = Relay.builder()
                .log(RedisResumeLog.builder(redis).lease(Duration.ofSeconds(1)).build())
                .journal(RedisRunJournal.builder(redis)
                        .lease(Duration.ofSeconds(1))
                        .build())
                .streams(MANY)
                .watchers(MANY)
                .build();
        RelayEndpoint endpoint = RelayEndpoint.builder(relay, node::run)
                .authenticator(head -> new Session("the one user of this test"))
                .startLimit(1_000_000, Duration.ofMinutes(1))
                .build();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", JdkRelay.handler(endpoint, Duration.ofSeconds(20), TimeSource.system()));
        server.start();
        System.out.println(server.getAddress().getPort());
        var unused = System.in.read(); // the end of it is the end of who started this process
        Runtime.getRuntime().halt(1);
    }

    private RunSource run(StartRequest request) throws IOException {
        int run = number(request);
        Path owner = folder.resolve("owner." + run);
        Path mine = folder.resolve("owner." + run + "." + name);
        Files.writeString(mine, name);
        Files.move(mine, owner, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        ToolLoop.Builder builder = ToolLoop.builder(
                        client,
                        MessageRequest.builder()
                                .model("m")
                                .maxTokens(1000)
                                .messages(request.conversation().messages())
                                .build())
                .retryTurns(2);
        for (List<String> turn : ScriptedModel.TOOLS) {
            builder.tools(again(run, turn.get(0)), once(run, turn.get(1)));
        }
        request.journal().ifPresent(builder::journal);
        return RunSource.of(builder.start());
    }

    private Tool again(int run, String name) {
        return Tool.of(name, "It can be run again.", SCHEMA, (input, context) -> {
                    pause();
                    effects.performOnce(run, name, context.callKey());
                    pause();
                    return "done";
                })
                .afterCrash(Tool.AfterCrash.RUN_AGAIN);
    }

    private Tool once(int run, String name) {
        return Tool.of(name, "It must not be run again.", SCHEMA, (input, context) -> {
            pause();
            effects.perform(run, name, context.callKey());
            pause();
            return "done";
        });
    }

    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{\"run\":{\"type\":\"integer\"}}}";

    private static void pause() throws InterruptedException {
        Thread.sleep(ThreadLocalRandom.current().nextInt(20)); // what a tool takes
    }

    private static int number(StartRequest request) {
        Matcher named = RUN.matcher(request.conversation().messages().getLast().text());
        if (!named.find()) {
            throw new IllegalArgumentException("message: names no run");
        }
        return Integer.parseInt(named.group(1));
    }
}
