package dev.sluice.provider.openai;

/** OpenAI's APIs. */
public final class OpenAi {
    private OpenAi() {}

    /** A provider that speaks chat completions, as most other servers do. */
    public static OpenAiChatCompletions.Builder chatCompletions() {
        return OpenAiChatCompletions.builder();
    }
}
