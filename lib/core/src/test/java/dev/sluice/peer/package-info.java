/**
 * The far end of a connection, for tests: a server that does what its script says, and the words of the Claude wire.
 *
 * <p>Start with {@link dev.sluice.peer.ScriptedPeer}. Threads: virtual ones, gone after {@code close()}.
 */
@NullMarked
package dev.sluice.peer;

import org.jspecify.annotations.NullMarked;
