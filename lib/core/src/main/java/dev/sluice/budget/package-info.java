/**
 * Limits what requests may cost, in output tokens or in money.
 *
 * <p>Start with {@link dev.sluice.budget.Budget}, then {@link dev.sluice.budget.Prices}. Threads: a budget may be shared by many
 * clients and threads. Uses: {@code message};
 * {@code internal.budget} does the counting.
 */
@NullMarked
package dev.sluice.budget;

import org.jspecify.annotations.NullMarked;
