/**
 * Counts and times streams with Micrometer, under the names of OpenTelemetry's conventions for generative AI.
 *
 * <p>The one class is {@link dev.sluice.metrics.StreamMeters}. Threads: it may be told of streams by any thread. Micrometer is
 * an optional dependency, and this is the only room that needs it; no other room knows this one. May use: {@code stream},
 * {@code message}, {@code control}.
 */
@NullMarked
package dev.sluice.metrics;

import org.jspecify.annotations.NullMarked;
