/**
 * Turns bytes into server-sent events and back, exactly as the WHATWG HTML standard says, within size caps.
 *
 * <p>Start with {@link dev.sluice.sse.SseReader}; {@link dev.sluice.sse.SseWriter} is its inverse. Threads: a reader and a writer belong to one thread each. May use:
 * {@code control}, {@code transport}.
 */
@NullMarked
package dev.sluice.sse;

import org.jspecify.annotations.NullMarked;
