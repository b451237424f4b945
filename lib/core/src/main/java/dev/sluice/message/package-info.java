/**
 * The vocabulary of requests and answers, the same for every provider.
 *
 * <p>Start with {@link dev.sluice.message.MessageRequest}, the request, and {@link dev.sluice.message.StreamEvent}, one
 * step of the answer. {@link dev.sluice.message.Message} is the whole answer, and
 * {@link dev.sluice.message.Conversation} continues it. Threads: everything is immutable. May use: {@code json}.
 */
@NullMarked
package dev.sluice.message;

import org.jspecify.annotations.NullMarked;
