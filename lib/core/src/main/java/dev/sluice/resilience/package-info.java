/**
 * Decides whether, when and how often an exchange may be tried. It never touches the network. It grants permits, delays
 * and verdicts, with the caller's own Resilience4j instances if there are any.
 *
 * <p>Start with {@link dev.sluice.resilience.Resilience}, then {@link dev.sluice.resilience.RequestGate}.
 *
 * <p>Threads: none of its own. {@code Attempts} belongs to the one thread that reads a stream, which it may make wait;
 * everything else is shared by all streams of a client.
 */
@NullMarked
package dev.sluice.resilience;

import org.jspecify.annotations.NullMarked;
