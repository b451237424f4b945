package dev.sluice.client;

import static dev.sluice.peer.ClaudeWire.answer;

import dev.sluice.peer.WholeAnswer;

/** Each request whose answer comes in one body, and such an answer. */
enum Asking {
    SEND(WholeAnswer.of(answer("Rivers run."))) {
        @Override
        Object ask(LlmClient client) {
            return client.send(Talk.REQUEST).text();
        }
    },
    COUNT("{\"input_tokens\": 412}") {
        @Override
        Object ask(LlmClient client) {
            return client.countTokens(Talk.REQUEST);
        }
    },
    MODELS("{\"data\":[{\"type\":\"model\",\"id\":\"m1\",\"display_name\":\"Model 1\"}],\"has_more\":false}") {
        @Override
        Object ask(LlmClient client) {
            return client.models().getFirst().id();
        }
    };

    final String body;

    Asking(String body) {
        this.body = body;
    }

    /** Asks, and waits for the answer. */
    abstract Object ask(LlmClient client);

    /** What the answer comes to. */
    Object answered() {
        return switch (this) {
            case SEND -> "Rivers run.";
            case COUNT -> 412;
            case MODELS -> "m1";
        };
    }
}
