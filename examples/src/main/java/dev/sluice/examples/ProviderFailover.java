package dev.sluice.examples;

import dev.sluice.client.Failover;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.test.server.Fault;
import java.util.List;

/**
 * An answer that Claude begins and OpenAI finishes, because Claude's connection breaks in the middle: at a terminal, the words change
 * their colour with the provider. Always talks to the scripted server, because it fails on demand.
 */
public final class ProviderFailover {
    private static final List<String> COLOURS = List.of("\033[36m", "\033[33m");
    private static final String DEFAULT = "\033[39m";

    private ProviderFailover() {}

    /** Runs the example. */
    public static void main(String[] args) {
        run(Terminal.ofThisProcess().isPresent());
    }

    /** Runs it with colours, or with the providers' names in their place. */
    static void run(boolean hasColours) {
        Demo claude = Demo.of("--provider", "claude");
        Demo openAi = Demo.of("--provider", "openai");
        MessageRequest request = MessageRequest.builder()
                .model(claude.model())
                .maxTokens(1024)
                .user("What is backpressure?")
                .build();
        try (LlmClient first = claude.scripted(settings -> {}, Fault.CUT);
                LlmClient second = openAi.scripted(settings -> settings.model(openAi.model()));
                LlmClient client = Failover.builder(first, second).midAnswer().build();
                MessageStream stream = client.stream(request)) {
            int parts = 0;
            for (StreamEvent event : stream) {
                List<Message.Part> known = stream.snapshot().parts();
                if (known.size() > parts) {
                    parts = known.size();
                    System.out.print(
                            hasColours
                                    ? COLOURS.get((parts - 1) % COLOURS.size())
                                    : "[" + known.getLast().provider() + "] ");
                }
                if (event instanceof ContentBlockDelta(int index, TextDelta(String text))) {
                    System.out.print(text);
                }
            }
            System.out.println(hasColours ? DEFAULT + "\n" : "\n");
            for (Message.Part part : stream.snapshot().parts()) {
                System.out.println(part.provider() + " (" + part.model() + ") from character " + part.offset());
            }
        }
    }
}
