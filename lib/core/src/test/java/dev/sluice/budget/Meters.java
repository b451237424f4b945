package dev.sluice.budget;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.internal.budget.BudgetLedger;
import dev.sluice.internal.budget.BudgetMeter;
import java.util.Optional;

/** What only the client sees of a budget. */
public final class Meters {
    private Meters() {}

    public static BudgetMeter open(Budget budget) {
        return ledger(budget).open();
    }

    /** How many requests wait. */
    public static int waiting(Budget budget) {
        return ledger(budget).waiting();
    }

    /** The limit that is reached, if one is. */
    static Optional<LimitReached> limit(Budget budget) {
        return ledger(budget).spent().limit();
    }

    private static BudgetLedger ledger(Budget budget) {
        return InternalParts.of(budget, BudgetLedger.class);
    }
}
