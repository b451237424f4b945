/**
 * Traces streams, runs and tools with OpenTelemetry, by its conventions for generative AI.
 *
 * <p>Start reading at {@link dev.sluice.opentelemetry.OpenTelemetryObserver}. Threads: any; nothing here blocks.
 */
@NullMarked
package dev.sluice.opentelemetry;

import org.jspecify.annotations.NullMarked;
