/**
 * Sends a request and hands its answer out as a sequence of events.
 *
 * <p>Start with {@link dev.sluice.client.LlmClient}, then {@link dev.sluice.client.MessageStream}. Threads: each stream has one
 * virtual thread, which reads and never runs code of the caller; everything the caller sees happens on the thread that
 * consumes. Uses: every room below.
 */
@NullMarked
package dev.sluice.client;

import org.jspecify.annotations.NullMarked;
