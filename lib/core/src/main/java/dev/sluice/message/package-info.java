/**
 * Names everything a model can say and be told, whatever the provider.
 *
 * <p>Start with {@link dev.sluice.message.MessageRequest}, what is asked, {@link dev.sluice.message.StreamEvent}, one step
 * of the answer, {@link dev.sluice.message.Message}, the whole of it, and {@link dev.sluice.message.Conversation}, what is gone
 * on with. Threads: everything is immutable. May use:
 * {@code json}.
 */
@NullMarked
package dev.sluice.message;

import org.jspecify.annotations.NullMarked;
