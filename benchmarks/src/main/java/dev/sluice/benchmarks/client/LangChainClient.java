package dev.sluice.benchmarks.client;

import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.concurrent.CompletableFuture;

/** LangChain4j with its default client, the JDK's. */
final class LangChainClient implements StreamClient {
    private final StreamingChatModel model;

    LangChainClient(String url) {
        model = AnthropicStreamingChatModel.builder()
                .apiKey("none")
                .baseUrl(url + "/v1/")
                .modelName("claude-sonnet-5")
                .maxTokens(1024)
                .build();
    }

    @Override
    public void stream(Sink sink) throws Exception {
        var end = new CompletableFuture<ChatResponse>();
        model.chat("Tell me about rivers", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String text) {
                sink.text(text);
            }

            @Override
            public void onPartialToolCall(PartialToolCall call) {
                sink.text(call.partialArguments());
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                end.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                end.completeExceptionally(error);
            }
        });
        end.get();
    }
}
