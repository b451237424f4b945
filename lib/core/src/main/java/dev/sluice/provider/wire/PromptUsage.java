package dev.sluice.provider.wire;

import dev.sluice.message.Usage;
import java.util.List;

/** The usage at a message's start: the prompt, and nothing of an answer that has yet to come. */
public final class PromptUsage {
    private PromptUsage() {}

    /**
     * The prompt's part of a usage. A wire may count the answer from its first chunk on, sometimes all of it at once.
     * At the start, that count would be added to the estimate of the words behind it.
     */
    public static Usage of(Usage usage) {
        return new Usage(
                usage.inputTokens(),
                0,
                usage.cacheReadTokens(),
                usage.cacheWriteTokens(),
                usage.cacheWrite1hTokens(),
                0,
                List.of(),
                usage.extra());
    }
}
