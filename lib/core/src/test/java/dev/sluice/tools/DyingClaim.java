package dev.sluice.tools;

import dev.sluice.internal.base.LostActions;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A claim whose process "dies" at one record: that one is written or not, and none after it. The real claim is given up. */
public final class DyingClaim extends ClaimWrapper {
    private final Predicate<String> fatal;
    private final boolean writesIt;
    private final AtomicInteger appends = new AtomicInteger();
    private final LostActions onLost = new LostActions();
    private volatile boolean dead;

    private DyingClaim(Claim claim, Predicate<String> fatal, boolean writesIt) {
        super(claim);
        this.fatal = fatal;
        this.writesIt = writesIt;
    }

    /** Dies at the n-th record, from 1. */
    public static DyingClaim at(Claim claim, int n, boolean writesIt) {
        var seen = new AtomicInteger();
        return new DyingClaim(claim, record -> seen.incrementAndGet() == n, writesIt);
    }

    /** Dies at the first such record. */
    public static DyingClaim at(Claim claim, Predicate<String> record, boolean writesIt) {
        return new DyingClaim(claim, record, writesIt);
    }

    int appends() {
        return appends.get();
    }

    boolean isDead() {
        return dead;
    }

    @Override
    public void append(String record) {
        check();
        appends.incrementAndGet();
        boolean dies = fatal.test(record);
        if (!dies || writesIt) {
            claim.append(record);
        }
        if (dies) {
            dead = true;
            claim.close();
            onLost.run();
            check();
        }
    }

    private void check() {
        if (dead) {
            throw new JournalException(Code.FENCED, "the test says that this process is dead");
        }
    }

    @Override
    public boolean park(Collection<String> callKeys) {
        check();
        return claim.park(callKeys);
    }

    @Override
    public void end() {
        if (!dead) {
            claim.end();
        }
    }

    @Override
    public void onLost(Runnable action) {
        onLost.add(action);
    }
}
