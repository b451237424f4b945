/**
 * Speaks to Claude: requests, events, errors, rate limits and prices of the Messages API.
 *
 * <p>Start with {@link dev.sluice.provider.claude.Claude}, then {@code ClaudeDecoder}. Threads: the provider is immutable; a
 * decoder belongs to the reader thread of its stream. Uses: {@code provider}, {@code provider.wire}.
 */
@NullMarked
package dev.sluice.provider.claude;

import org.jspecify.annotations.NullMarked;
