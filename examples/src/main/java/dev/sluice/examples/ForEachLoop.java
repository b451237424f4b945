package dev.sluice.examples;

import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;

/** Loops over every event of an answer. The set of events is sealed, so the compiler knows when one is forgotten. */
public final class ForEachLoop {
    private ForEachLoop() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(300)
                .user("A haiku about a mill, please")
                .build();
        try (LlmClient client = demo.client();
                MessageStream stream = client.stream(request)) {
            for (StreamEvent event : stream) {
                System.out.println(describe(event));
            }
            System.out.println(stream.finalMessage().usage().outputTokens() + " tokens in all");
        }
    }

    private static String describe(StreamEvent event) {
        return switch (event) {
            case MessageStart(var message) -> "message " + message.id() + " of " + message.model();
            case ContentBlockStart(int index, ContentBlock block) -> "block " + index + " starts";
            case ContentBlockDelta(int index, TextDelta(String text)) ->
                "block " + index + " + " + text.replace("\n", "\\n");
            case ContentBlockDelta(int index, Delta other) -> "block " + index + " grows by " + other;
            case ContentBlockStop(int index) -> "block " + index + " is complete";
            case MessageDelta delta -> "stops: " + (delta.finishReason() == FinishReason.STOP ? "done" : delta);
            case MessageStop() -> "message is complete";
            case Ping() -> "ping";
            case StreamEvent.Unknown(String type, String json) -> "something newer than this library: " + type;
        };
    }
}
