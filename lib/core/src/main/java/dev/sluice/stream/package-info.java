/**
 * Runs one exchange as a sequence of events that the caller pulls.
 *
 * <p>Start with {@link dev.sluice.stream.LlmClient}, then {@link dev.sluice.stream.MessageStream}. Threads: each stream has
 * one virtual thread, which reads and never runs the caller's code before the end; everything the caller sees happens on the
 * caller's own.
 * May use: every room below.
 */
@NullMarked
package dev.sluice.stream;

import org.jspecify.annotations.NullMarked;
