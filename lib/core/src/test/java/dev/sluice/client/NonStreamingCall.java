package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;

import dev.sluice.test.peer.WholeAnswer;

/** Each request whose answer comes in one body, and such an answer. */
enum NonStreamingCall {
    SEND(WholeAnswer.of(answer("Rivers run."))) {
        @Override
        Object send(LlmClient client) {
            return client.send(ClientFixture.REQUEST).text();
        }
    },
    COUNT("{\"input_tokens\": 412}") {
        @Override
        Object send(LlmClient client) {
            return client.countTokens(ClientFixture.REQUEST);
        }
    },
    MODELS("{\"data\":[{\"type\":\"model\",\"id\":\"m1\",\"display_name\":\"Model 1\"}],\"has_more\":false}") {
        @Override
        Object send(LlmClient client) {
            return client.models().getFirst().id();
        }
    };

    final String body;

    NonStreamingCall(String body) {
        this.body = body;
    }

    /** Sends the request, and waits for the answer. */
    abstract Object send(LlmClient client);

    /** What the caller gets. */
    Object expected() {
        return switch (this) {
            case SEND -> "Rivers run.";
            case COUNT -> 412;
            case MODELS -> "m1";
        };
    }
}
