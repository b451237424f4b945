package dev.sluice.examples;

import dev.sluice.StreamException;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.client.StreamMetrics;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.MessageStop;
import java.time.Duration;
import java.util.Locale;

/** Prints an answer as it comes, then how fast it came. The prompt is what is on the command line. */
public final class Quickstart {
    private Quickstart() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        String prompt = demo.wordsOr("Tell me about rivers");
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(1024)
                .user(prompt)
                .build();
        try (LlmClient client = demo.client();
                MessageStream stream = client.stream(request)) {
            System.out.println("> " + prompt + "\n");
            for (StreamEvent event : stream) {
                switch (event) {
                    case ContentBlockDelta(int index, TextDelta(String text)) -> {
                        System.out.print(text);
                        System.out.flush();
                    }
                    case MessageStop() -> System.out.println("\n");
                    default -> {}
                }
            }
            System.out.println(summary(stream.metrics()));
        } catch (StreamException e) {
            System.out.println();
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static String summary(StreamMetrics metrics) {
        double first = metrics.timeToFirstToken().orElse(Duration.ZERO).toMillis() / 1000.0;
        return String.format(
                Locale.ROOT,
                "%d tokens, the first after %.2f s, then %.0f per second",
                metrics.outputTokens(),
                first,
                metrics.tokensPerSecond());
    }
}
