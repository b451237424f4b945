package dev.sluice.test;

import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import java.net.URI;

/** The three providers, aimed at a server of a test. */
enum Providers {
    CLAUDE,
    GEMINI,
    OPENAI;

    static final MessageRequest REQUEST =
            MessageRequest.builder().model("m").maxTokens(99).user("hi").build();

    Provider at(URI server) {
        return switch (this) {
            case CLAUDE -> Claude.builder().baseUrl(server).apiKey("any").build();
            case GEMINI -> Gemini.builder().baseUrl(server).apiKey("any").build();
            case OPENAI ->
                OpenAi.builder().baseUrl(server.resolve("/v1")).apiKey("any").build();
        };
    }
}
