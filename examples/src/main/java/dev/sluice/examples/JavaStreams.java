package dev.sluice.examples;

import dev.sluice.message.MessageChunk;
import dev.sluice.message.MessageRequest;
import dev.sluice.stream.LlmClient;
import dev.sluice.stream.MessageStream;
import java.util.List;
import java.util.stream.Collectors;

/** Reads answers with {@code java.util.stream}. A pipeline that has seen enough gives the connection up. */
public final class JavaStreams {
    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("claude-sonnet-5")
            .maxTokens(1024)
            .user("What is backpressure?")
            .build();

    private JavaStreams() {}

    /** Runs the example. */
    public static void main(String[] args) {
        try (LlmClient client = Demo.client()) {
            try (MessageStream stream = client.stream(REQUEST)) {
                stream.text().takeWhile(piece -> !piece.contains("\n")).forEach(System.out::print);
                System.out.println("\nLeft at the end of the first line: "
                        + stream.endReason().orElseThrow());
            }
            try (MessageStream stream = client.stream(REQUEST)) {
                List<MessageChunk> chunks = stream.chunks().limit(12).toList();
                System.out.println(chunks.stream()
                        .map(MessageChunk::text)
                        .collect(Collectors.joining("|", "Twelve chunks: ", "")));
            }
            try (MessageStream stream = client.stream(REQUEST)) {
                long words = stream.text().collect(Collectors.joining()).split("\\s+").length;
                System.out.println("The whole answer: " + words + " words, "
                        + stream.endReason().orElseThrow());
            }
        }
    }
}
