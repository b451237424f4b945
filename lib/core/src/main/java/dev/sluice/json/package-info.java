/**
 * Reads JSON as a growing prefix, generates the schema of a class, and validates a text against a schema.
 *
 * <p>Start with {@link dev.sluice.json.PartialJson}: the best value of a text that is still being written. {@link
 * dev.sluice.json.JsonSchema} says what a model must write. Threads: {@code PartialJson} belongs to one, everything else is safe
 * for any. Uses: {@code internal.json}.
 */
@NullMarked
package dev.sluice.json;

import org.jspecify.annotations.NullMarked;
