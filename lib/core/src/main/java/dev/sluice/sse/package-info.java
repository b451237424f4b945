/**
 * Turns bytes into server-sent events and back, exactly as the WHATWG HTML standard says, within size caps; and keeps asking
 * a server for them.
 *
 * <p>Start with {@link dev.sluice.sse.SseReader}; {@link dev.sluice.sse.SseWriter} is its inverse, {@link
 * dev.sluice.sse.SseClient} the event source that connects again. Threads: a reader and a writer belong to one thread each; a
 * client makes one. May use: {@code dev.sluice}, {@code transport}.
 */
@NullMarked
package dev.sluice.sse;

import org.jspecify.annotations.NullMarked;
