/**
 * Speaks OpenAI's Responses API and chat completions, to OpenAI and to all others who speak one of them.
 *
 * <p>Start with {@link dev.sluice.provider.openai.OpenAi}, then {@code ResponsesDecoder} and {@code ResponsesItem}; for chat
 * completions with {@link dev.sluice.provider.openai.OpenAiChatCompletions}, then {@code OpenAiDecoder}. Threads: a provider
 * is immutable; a decoder belongs to the reader thread of its stream. Uses: {@code provider}, {@code provider.wire}.
 */
@NullMarked
package dev.sluice.provider.openai;

import org.jspecify.annotations.NullMarked;
