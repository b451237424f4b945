package dev.sluice.examples;

import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.client.Signal;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import java.util.function.BiConsumer;

/** Is told what happens instead of asking. Handlers run on the thread that consumes, here in await and finalMessage. */
public final class Handlers {
    private Handlers() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(1024)
                .user("What is a sluice?")
                .build();
        BiConsumer<String, String> mark = (delta, text) -> System.out.print("|");
        try (LlmClient client = demo.client();
                MessageStream stream = client.stream(request)) {
            stream.once(Signal.CONNECT, response -> System.out.println("status " + response.status()))
                    .on(Signal.TEXT, (delta, text) -> System.out.print(delta))
                    .on(Signal.TEXT, mark)
                    .on(Signal.CONTENT_BLOCK, block -> System.out.println("\na block is complete"))
                    .on(Signal.ERROR, error -> System.out.println("failed: " + error.getMessage()))
                    .on(Signal.END, () -> System.out.println("the end"));

            String first = stream.await(Signal.TEXT).orElseThrow(); // consumes up to the first words
            stream.off(Signal.TEXT, mark);
            Message message = stream.finalMessage(); // consumes the rest

            System.out.println("It began with '" + first + "' and grew to "
                    + message.text().length() + " characters.");
        }
    }
}
