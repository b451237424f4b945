package dev.sluice.examples;

import dev.sluice.StreamController;
import dev.sluice.client.LlmClient;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import java.time.Duration;

/** Asks how long a prompt is, and then for an answer that is not streamed: for short ones that nobody watches. */
public final class OneShot {
    private OneShot() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(1024)
                .user(demo.wordsOr("What is backpressure?"))
                .build();
        try (LlmClient client = demo.client()) {
            System.out.println(length(client, request) + "\n");
            Message answer = client.send(request, StreamController.withTimeout(Duration.ofSeconds(60)));
            System.out.println(answer.text() + "\n");
            System.out.println(answer.usage().outputTokens() + " tokens, " + answer.finishReason());
        }
    }

    private static String length(LlmClient client, MessageRequest request) {
        try {
            return "The prompt has " + client.countTokens(request) + " tokens.";
        } catch (UnsupportedOperationException e) { // of a provider that cannot be asked
            return e.getMessage();
        }
    }
}
