package dev.sluice.examples;

import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.gemini.GeminiInteractions;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.provider.openai.OpenAiChatCompletions;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who can be talked to: all that differs from one to the other.
 *
 * @param name as it is said to {@code --provider}
 * @param title as people say it
 * @param model the one that is asked unless another is named
 * @param variables of the environment, any of which makes it the real one
 * @param real the provider with the environment's settings
 * @param scripted the provider of a scripted server at an address
 */
record Vendor(
        String name,
        String title,
        String model,
        List<String> variables,
        Supplier<Provider> real,
        Function<URI, Provider> scripted) {
    private static final String ANY_KEY = "none-needed";

    private static final List<Vendor> ALL = List.of(
            new Vendor(
                    "claude",
                    "Claude",
                    "claude-sonnet-5",
                    List.of("ANTHROPIC_API_KEY"),
                    Claude::fromEnvironment,
                    server -> Claude.builder().baseUrl(server).apiKey(ANY_KEY).build()),
            new Vendor(
                    "gemini",
                    "Gemini",
                    "gemini-3.5-flash",
                    List.of("GEMINI_API_KEY", "GOOGLE_API_KEY"),
                    Gemini::fromEnvironment,
                    server -> Gemini.builder().baseUrl(server).apiKey(ANY_KEY).build()),
            new Vendor(
                    "gemini-interactions",
                    "Gemini's Interactions API",
                    "gemini-3.8-flash",
                    List.of("GEMINI_API_KEY", "GOOGLE_API_KEY"),
                    GeminiInteractions::fromEnvironment,
                    server -> Gemini.interactions()
                            .baseUrl(server)
                            .apiKey(ANY_KEY)
                            .build()),
            new Vendor(
                    "openai",
                    "OpenAI",
                    "gpt-6-luna",
                    List.of("OPENAI_API_KEY", "OPENAI_BASE_URL"),
                    OpenAi::fromEnvironment,
                    server -> OpenAi.builder()
                            .baseUrl(server.resolve("/v1"))
                            .apiKey(ANY_KEY)
                            .build()),
            new Vendor(
                    "openai-chat",
                    "OpenAI's chat completions",
                    "gpt-5.4", // the last that takes tools there without further ado
                    List.of("OPENAI_API_KEY", "OPENAI_BASE_URL"),
                    OpenAiChatCompletions::fromEnvironment,
                    server -> OpenAi.chatCompletions()
                            .baseUrl(server.resolve("/v1"))
                            .apiKey(ANY_KEY)
                            .build()));

    /** The first is who is talked to unless another is named. */
    static Vendor first() {
        return ALL.getFirst();
    }

    static Optional<Vendor> named(String name) {
        return ALL.stream().filter(vendor -> vendor.name.equals(name)).findFirst();
    }

    /** All names, as a choice. */
    static String names() {
        return ALL.stream().map(Vendor::name).collect(Collectors.joining("|"));
    }

    /** Whether the environment has what the real one needs. */
    boolean isKnown(Function<String, @Nullable String> environment) {
        return variables.stream().map(environment).anyMatch(value -> value != null && !value.isBlank());
    }
}
