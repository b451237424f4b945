package dev.sluice.benchmarks.client;

import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.provider.claude.Claude;
import dev.sluice.transport.HttpTransport;

/** Sluice with nothing set but the address and the transport. */
final class SluiceClient implements StreamClient {
    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("claude-sonnet-5")
            .maxTokens(1024)
            .user("Tell me about rivers")
            .build();

    private final LlmClient client;
    private final boolean whole;

    SluiceClient(String url, boolean whole, HttpTransport transport) {
        client = LlmClient.builder(Claude.builder().apiKey("none").baseUrl(url).build())
                .transport(transport)
                .build();
        this.whole = whole;
    }

    @Override
    public void stream(Sink sink) {
        try (MessageStream stream = client.stream(REQUEST)) {
            for (StreamEvent event : stream) {
                if (event instanceof ContentBlockDelta delta) {
                    switch (delta.delta()) {
                        case TextDelta text -> sink.text(text.text());
                        case InputJsonDelta json -> sink.text(json.partialJson());
                        default -> {}
                    }
                }
            }
            if (whole && stream.finalMessage().content().isEmpty()) {
                throw new IllegalStateException("no content");
            }
        }
    }
}
