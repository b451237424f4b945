package dev.sluice.examples;

import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.MessageRequest;
import dev.sluice.test.server.Fault;
import java.time.Duration;

/**
 * Meets everything that can go wrong in the middle of an answer, and still has the words that came before it. Always talks
 * to the scripted server, because it fails on demand.
 */
public final class ErrorsAndPartials {
    private ErrorsAndPartials() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        try (LlmClient client = demo.scripted()) {
            for (Fault fault : Fault.values()) {
                System.out.println("\n" + fault);
                ask(client, demo.model(), fault);
            }
        }
    }

    private static void ask(LlmClient client, String model, Fault fault) {
        MessageRequest request = MessageRequest.builder()
                .model(model)
                .maxTokens(1024)
                .user("A haiku, please")
                .header("x-script", fault.header())
                .build();
        StreamController controller = StreamController.builder()
                .idleTimeout(Duration.ofSeconds(1)) // no byte for a second
                .stallTimeout(Duration.ofMillis(1500)) // nothing but pings
                .build();
        try (MessageStream stream = client.stream(request, controller)) {
            System.out.println("  whole:     " + oneLine(stream.finalText()));
        } catch (StreamException e) {
            System.out.println("  what:      " + what(e));
            System.out.println("  message:   " + e.getMessage());
            System.out.println("  try again: " + e.retryable());
            System.out.println("  kept:      " + oneLine(e.partial().text()));
        }
    }

    private static String what(StreamException e) {
        return switch (e) {
            case TimedOut timedOut -> "TimedOut, phase " + timedOut.phase();
            case ApiError error -> "ApiError, status " + error.status() + ", type " + error.type();
            default -> e.getClass().getSimpleName();
        };
    }

    private static String oneLine(String text) {
        return text.isEmpty() ? "nothing" : text.replace("\n", " / ");
    }
}
