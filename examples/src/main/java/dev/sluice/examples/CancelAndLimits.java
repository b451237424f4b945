package dev.sluice.examples;

import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.MessageRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Stops an answer: by hand from another thread, after so many chunks, after so much time. */
public final class CancelAndLimits {
    private CancelAndLimits() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(2048)
                .user("Tell me a long story about a river")
                .build();
        try (LlmClient client = demo.client()) {
            byHand(client, request);
            byChunks(client, request);
            byTime(client, request);
        }
    }

    /** The stop button of a user interface would call cancel as the thread below does. */
    private static void byHand(LlmClient client, MessageRequest request) {
        StreamController controller = StreamController.builder()
                .onCancel(() -> System.out.println("\n(onCancel runs)"))
                .build();
        var pieces = new AtomicInteger();
        try (MessageStream stream = client.stream(request, controller)) {
            stream.text().forEach(piece -> {
                System.out.print(piece);
                if (pieces.incrementAndGet() == 10) {
                    Thread.startVirtualThread(() -> controller.cancel("the user pressed stop"));
                }
            });
            System.out.println("\nBy hand: " + stream.endReason().orElseThrow());
        }
    }

    private static void byChunks(LlmClient client, MessageRequest request) {
        try (MessageStream stream = client.stream(request, StreamController.withChunkLimit(12))) {
            stream.text().forEach(System.out::print);
            System.out.println("\nBy chunks: " + stream.endReason().orElseThrow());
        }
    }

    /** Unlike the two above, which are what the caller wanted, a time limit is a failure and throws. */
    private static void byTime(LlmClient client, MessageRequest request) {
        var controller = StreamController.withTimeout(Duration.ofMillis(1500));
        try (MessageStream stream = client.stream(request, controller)) {
            stream.text().forEach(System.out::print);
        } catch (StreamException.TimedOut e) {
            System.out.println("\nBy time: " + e.getMessage() + ". Kept: "
                    + e.partial().text().length() + " characters.");
        }
    }
}
