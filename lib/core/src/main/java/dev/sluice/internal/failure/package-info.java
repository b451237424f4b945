/**
 * Logs exceptions of code that is not ours. No part of the API.
 *
 * <p>The one class is {@link dev.sluice.internal.failure.Throwables}. Threads: any. Uses: no other room.
 */
@NullMarked
package dev.sluice.internal.failure;

import org.jspecify.annotations.NullMarked;
