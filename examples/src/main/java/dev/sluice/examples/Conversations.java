package dev.sluice.examples;

import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.Conversation;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A conversation that is stored as JSON, loaded, and gone on with: by the same provider or by another, which is told of it
 * what it can understand.
 */
public final class Conversations {
    private Conversations() {}

    /** Runs the example. */
    public static void main(String[] args) throws IOException {
        Demo demo = Demo.of(args);
        Path file = Files.createTempFile("conversation", ".json");
        try (LlmClient client = demo.client()) {
            Conversation begun =
                    Conversation.EMPTY.system("Answer in a few sentences.").user("What is a sluice?");
            begun = begun.message(answer(client, demo, begun));
            Files.writeString(file, begun.toJson());
            System.out.printf(
                    "%n(stored: %d messages in %d bytes)%n%n", begun.messages().size(), Files.size(file));

            // Another day, another process.
            Conversation loaded = Conversation.fromJson(Files.readString(file));
            loaded = loaded.user("And now as a haiku.");
            loaded = loaded.message(answer(client, demo, loaded));
            System.out.printf(
                    "%n(%d messages, %d tokens in all)%n",
                    loaded.messages().size(), loaded.usage().totalTokens());
        } finally {
            Files.delete(file);
        }
    }

    private static Message answer(LlmClient client, Demo demo, Conversation talk) {
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(1024)
                .conversation(talk)
                .build();
        System.out.println("> " + talk.messages().getLast().text());
        try (MessageStream stream = client.stream(request)) {
            stream.text().forEach(System.out::print);
            System.out.println();
            return stream.finalMessage();
        }
    }
}
