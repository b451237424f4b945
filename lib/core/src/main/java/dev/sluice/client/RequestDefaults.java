package dev.sluice.client;

import dev.sluice.message.MessageRequest;
import java.util.OptionalInt;

/**
 * What a client fills in where a request says nothing.
 *
 * @param model empty if there is none
 */
record RequestDefaults(String model, OptionalInt maxTokens) {
    /** A request to the model. */
    MessageRequest.Builder request() {
        return model.isEmpty()
                ? MessageRequest.builder()
                : MessageRequest.builder().model(model);
    }

    /** A request to the model that has one text. */
    MessageRequest request(String text) {
        if (model.isEmpty()) {
            throw new IllegalStateException(
                    "model: this client has none; set it with LlmClient.builder(provider).model(\"…\"), or send a"
                            + " MessageRequest");
        }
        return request().user(text).build();
    }

    /** A request with what it leaves open. */
    MessageRequest complete(MessageRequest request) {
        return maxTokens.isPresent() && request.maxTokens().isEmpty()
                ? request.toBuilder().maxTokens(maxTokens.getAsInt()).build()
                : request;
    }
}
