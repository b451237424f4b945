/**
 * Sends a request and returns its answer as a sequence of events.
 *
 * <p>Start with {@link dev.sluice.client.LlmClient}, then {@link dev.sluice.client.MessageStream}. Threads: each stream
 * has one virtual thread, which reads and never runs code of the caller. Events, handlers and exceptions reach the
 * caller on the thread that consumes. Uses: every room below.
 */
@NullMarked
package dev.sluice.client;

import org.jspecify.annotations.NullMarked;
