/**
 * What streams add to their exceptions. No part of the API.
 *
 * <p>Start with {@link dev.sluice.internal.failure.FailureContext}. Threads: any. Uses: {@code message}.
 */
@NullMarked
package dev.sluice.internal.failure;

import org.jspecify.annotations.NullMarked;
