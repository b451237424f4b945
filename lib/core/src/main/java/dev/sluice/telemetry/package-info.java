/**
 * Counts and times streams, runs and tools with Micrometer, under the names of OpenTelemetry's conventions for generative AI.
 *
 * <p>Start reading at {@link dev.sluice.telemetry.StreamMeters}. Threads: any. Micrometer is an optional dependency, and no
 * other room needs it or knows this one. Uses: {@code client}, {@code observation}, {@code message}, {@code dev.sluice}.
 */
@NullMarked
package dev.sluice.telemetry;

import org.jspecify.annotations.NullMarked;
