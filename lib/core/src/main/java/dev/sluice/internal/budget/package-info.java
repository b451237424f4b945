/**
 * Counts what streams cost against a budget, and estimates what no provider has counted yet. No part of the API.
 *
 * <p>Start with {@link dev.sluice.internal.budget.BudgetLedger}, then {@link dev.sluice.internal.budget.BudgetMeter}. Threads: a
 * ledger is shared by all streams of its budget; a meter belongs to one stream's reader. Uses: {@code message},
 * {@code dev.sluice}.
 */
@NullMarked
package dev.sluice.internal.budget;

import org.jspecify.annotations.NullMarked;
