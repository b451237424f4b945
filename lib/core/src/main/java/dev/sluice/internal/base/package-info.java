/**
 * Utilities for every room: checks of arguments, and logs of exceptions that a caller's code throws. No part of the
 * API.
 *
 * <p>Start with {@link dev.sluice.internal.base.Checks}. Threads: any. Uses: no other room.
 */
@NullMarked
package dev.sluice.internal.base;

import org.jspecify.annotations.NullMarked;
