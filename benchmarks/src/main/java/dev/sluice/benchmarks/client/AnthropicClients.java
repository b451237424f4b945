package dev.sluice.benchmarks.client;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.InputJsonDelta;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.TextDelta;

/** Anthropic's own library, its blocking client. */
final class AnthropicClients implements StreamClient {
    private static final MessageCreateParams REQUEST = MessageCreateParams.builder()
            .model("claude-sonnet-5")
            .maxTokens(1024)
            .addUserMessage("Tell me about rivers")
            .build();

    private final AnthropicClient client;
    private final boolean whole;

    AnthropicClients(String url, boolean whole) {
        client = AnthropicOkHttpClient.builder().apiKey("none").baseUrl(url).build();
        this.whole = whole;
    }

    @Override
    public void stream(Sink sink) {
        var message = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> response = client.messages().createStreaming(REQUEST)) {
            response.stream().forEach(event -> {
                if (whole) {
                    message.accumulate(event);
                }
                event.contentBlockDelta().ifPresent(delta -> {
                    delta.delta().text().map(TextDelta::text).ifPresent(sink::text);
                    delta.delta().inputJson().map(InputJsonDelta::partialJson).ifPresent(sink::text);
                });
            });
        }
        if (whole && message.message().content().isEmpty()) {
            throw new IllegalStateException("no content");
        }
    }
}
