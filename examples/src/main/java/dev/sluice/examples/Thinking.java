package dev.sluice.examples;

import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.client.Signal;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;

/** Shows what the model thinks before what it says. */
public final class Thinking {
    private Thinking() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(2048)
                .thinking(new ThinkingMode.Adaptive(true))
                .effort("medium") // the only word for it that every provider knows
                .user("Why do rivers bend?")
                .build();
        try (LlmClient client = demo.client();
                MessageStream stream = client.stream(request)) {
            stream.once(Signal.THINKING, (delta, all) -> System.out.print("(thinks) "))
                    .on(Signal.THINKING, (delta, all) -> System.out.print(delta))
                    .once(Signal.TEXT, (delta, all) -> System.out.print("\n(says) "))
                    .on(Signal.TEXT, (delta, all) -> System.out.print(delta));
            Message message = stream.finalMessage();
            System.out.printf(
                    "%n%d of %d tokens were thinking%n",
                    message.usage().thinkingTokens(), message.usage().outputTokens());
        }
    }
}
