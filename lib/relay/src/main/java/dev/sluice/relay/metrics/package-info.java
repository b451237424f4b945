/**
 * Reports a relay's work to Micrometer: {@link dev.sluice.relay.metrics.RelayMeters}. Micrometer is needed only by who
 * uses this. Threads: none.
 */
@NullMarked
package dev.sluice.relay.metrics;

import org.jspecify.annotations.NullMarked;
