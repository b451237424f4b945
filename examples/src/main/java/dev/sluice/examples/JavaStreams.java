package dev.sluice.examples;

import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.MessageChunk;
import dev.sluice.message.MessageRequest;
import java.util.List;
import java.util.stream.Collectors;

/** Reads answers with {@code java.util.stream}. A pipeline that has seen enough gives the connection up. */
public final class JavaStreams {
    private JavaStreams() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(1024)
                .user("What is backpressure?")
                .build();
        try (LlmClient client = demo.client()) {
            try (MessageStream stream = client.stream(request)) {
                stream.text().takeWhile(piece -> !piece.contains("\n")).forEach(System.out::print);
                System.out.println("\nLeft at the end of the first line: "
                        + stream.endReason().orElseThrow());
            }
            try (MessageStream stream = client.stream(request)) {
                List<MessageChunk> chunks = stream.chunks().limit(12).toList();
                System.out.println(chunks.stream()
                        .map(MessageChunk::text)
                        .collect(Collectors.joining("|", "Twelve chunks: ", "")));
            }
            try (MessageStream stream = client.stream(request)) {
                long words = stream.text().collect(Collectors.joining()).split("\\s+").length;
                System.out.println("The whole answer: " + words + " words, "
                        + stream.endReason().orElseThrow());
            }
        }
    }
}
