/**
 * Counts and times streams with Micrometer, under the names of OpenTelemetry's conventions for generative AI.
 *
 * <p>The one class is {@link dev.sluice.telemetry.StreamMeters}. Threads: any. Micrometer is an optional dependency, and no
 * other room needs it or knows this one. Uses: {@code client}, {@code message}, {@code dev.sluice}.
 */
@NullMarked
package dev.sluice.telemetry;

import org.jspecify.annotations.NullMarked;
