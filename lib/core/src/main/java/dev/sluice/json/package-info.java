/**
 * Reads JSON whole, or as a growing prefix.
 *
 * <p>Start with {@link dev.sluice.json.PartialJson}: the best value of a text that is still being written. {@link
 * dev.sluice.json.Json} is the whole-text door to the JSON library. Threads: {@code Json} is safe for any thread,
 * {@code PartialJson} belongs to one. May use: no other room.
 */
@NullMarked
package dev.sluice.json;

import org.jspecify.annotations.NullMarked;
