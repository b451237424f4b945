/**
 * The common part of the vendors' wires: JSON that is read and written field by field. No part of the API.
 *
 * <p>Start with {@code JsonFields} and {@code JsonObjectWriter}. Threads: each object belongs to one thread. Uses: {@code json},
 * {@code message}, {@code provider}, {@code transport}.
 */
@NullMarked
package dev.sluice.provider.wire;

import org.jspecify.annotations.NullMarked;
