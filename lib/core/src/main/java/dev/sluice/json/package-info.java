/**
 * Reads JSON whole, or as a growing prefix, and derives the schema of a class.
 *
 * <p>Start with {@link dev.sluice.json.PartialJson}: the best value of a text that is still being written. {@link
 * dev.sluice.json.Json} is the whole-text door to the JSON library, {@link dev.sluice.json.JsonSchema} says what a model must
 * write for it. Threads: {@code PartialJson} belongs to one, everything else is safe for any. May use: no other room.
 */
@NullMarked
package dev.sluice.json;

import org.jspecify.annotations.NullMarked;
