/**
 * Speaks to OpenAI and to all who speak its chat completions.
 *
 * <p>Start with {@link dev.sluice.provider.openai.OpenAiChatCompletions}, then {@code OpenAiDecoder}. Threads: the provider is immutable; a
 * decoder belongs to the reader thread of its stream. Uses: {@code provider}, {@code provider.wire}.
 */
@NullMarked
package dev.sluice.provider.openai;

import org.jspecify.annotations.NullMarked;
