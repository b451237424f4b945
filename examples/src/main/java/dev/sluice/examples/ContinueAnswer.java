package dev.sluice.examples;

import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.continuation.Continuation;
import dev.sluice.message.MessageRequest;
import dev.sluice.test.server.Fault;

/**
 * An answer whose connection breaks in the middle, and breaks again, and comes out whole. Always talks to the scripted
 * server, because it fails on demand.
 */
public final class ContinueAnswer {
    private ContinueAnswer() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(1024)
                .user("What is backpressure?")
                .build();
        try (LlmClient client = demo.scripted(
                        settings -> settings.continuation(Continuation.upTo(3)), Fault.CUT, Fault.HALF_CLOSE);
                MessageStream stream = client.stream(request)) {
            stream.text().forEach(System.out::print);
            System.out.println("\n\nGone on with " + stream.metrics().continuations() + " times; "
                    + stream.snapshot().usage().totalInputTokens() + " tokens of input in all.");
        }
    }
}
