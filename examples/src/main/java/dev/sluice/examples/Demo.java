package dev.sluice.examples;

import dev.sluice.examples.server.Fault;
import dev.sluice.examples.server.Pace;
import dev.sluice.examples.server.ScriptedServer;
import dev.sluice.provider.Claude;
import dev.sluice.stream.LlmClient;
import java.util.List;
import java.util.function.Consumer;

/**
 * Whom an example talks to: Claude if {@code ANTHROPIC_API_KEY} is set, else a scripted server in this process. It says
 * which on a line of its own. A program of yours needs none of this: it calls {@link LlmClient#claude()}.
 */
final class Demo {
    private Demo() {}

    /** A client of whom there is. */
    static LlmClient client() {
        String key = System.getenv("ANTHROPIC_API_KEY");
        if (key == null || key.isBlank()) {
            return scripted();
        }
        Claude claude = Claude.fromEnvironment();
        System.out.println("Talking to " + claude + ".");
        return LlmClient.builder(claude).build();
    }

    /** A client of the scripted server, whose faults can be ordered. */
    static LlmClient scripted() {
        return scripted(settings -> {});
    }

    /** A client of the scripted server with settings of its own, and what goes wrong with its first requests, in turn. */
    static LlmClient scripted(Consumer<LlmClient.Builder> settings, Fault... faults) {
        System.out.println("Talking to a scripted server in this process; set ANTHROPIC_API_KEY to talk to Claude.");
        Claude claude = Claude.builder()
                .baseUrl(Server.STARTED.uri())
                .apiKey("none-needed")
                .build();
        List.of(faults).forEach(Server.STARTED::next);
        LlmClient.Builder client = LlmClient.builder(claude);
        settings.accept(client);
        return client.build();
    }

    /** One for all examples that run in this process; its threads are daemons, so it need not be closed. */
    private static final class Server {
        static final ScriptedServer STARTED = ScriptedServer.start(
                "brisk".equals(System.getProperty("demo.pace")) ? Pace.brisk() : Pace.natural(), 1);
    }
}
