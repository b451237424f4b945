/**
 * Hands items between threads until told to end, and says when and why.
 *
 * <p>Start with {@link dev.sluice.control.EventQueue}, then {@link dev.sluice.control.StreamController}. {@link
 * dev.sluice.control.StreamException} names every way a stream can fail and {@link dev.sluice.control.EndReason} every way
 * it can end. Threads: the one timer thread of the process is made here, and one for the callbacks of a cancel. May use: {@code message}, for the partial answer
 * that an exception carries.
 */
@NullMarked
package dev.sluice.control;

import org.jspecify.annotations.NullMarked;
