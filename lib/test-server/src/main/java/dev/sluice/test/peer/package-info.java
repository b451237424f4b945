/**
 * An HTTP/1.1 server on the loopback interface that does what a script says, byte by byte, well or badly behaved.
 *
 * <p>Start with {@link dev.sluice.test.peer.ScriptedPeer}. {@code dev.sluice.test.server} is made of it and writes the vendors'
 * JSON for you. Threads: virtual ones, gone after {@code close()}.
 */
@NullMarked
package dev.sluice.test.peer;

import org.jspecify.annotations.NullMarked;
