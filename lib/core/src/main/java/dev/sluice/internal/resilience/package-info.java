/**
 * Passes the requests of a stream through the gates that a {@code Resilience} sets. No part of the API.
 *
 * <p>Start with {@link dev.sluice.internal.resilience.RequestGate}. Threads: a {@code RequestGate} belongs to the one thread that
 * reads a stream, and may block it; everything else is shared by all streams of a client. Uses: {@code dev.sluice}.
 */
@NullMarked
package dev.sluice.internal.resilience;

import org.jspecify.annotations.NullMarked;
