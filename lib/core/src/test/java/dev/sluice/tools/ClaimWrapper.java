package dev.sluice.tools;

import dev.sluice.tools.RunJournal.Claim;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A claim that does what another one does. */
class ClaimWrapper implements Claim {
    final Claim claim;

    ClaimWrapper(Claim claim) {
        this.claim = claim;
    }

    @Override
    public String runId() {
        return claim.runId();
    }

    @Override
    public List<String> records() {
        return claim.records();
    }

    @Override
    public Map<String, String> answers() {
        return claim.answers();
    }

    @Override
    public int losses() {
        return claim.losses();
    }

    @Override
    public void forgetLosses() {
        claim.forgetLosses();
    }

    @Override
    public void append(String record) {
        claim.append(record);
    }

    @Override
    public boolean park(Collection<String> callKeys) {
        return claim.park(callKeys);
    }

    @Override
    public void onLost(Runnable action) {
        claim.onLost(action);
    }

    @Override
    public void end() {
        claim.end();
    }

    @Override
    public void close() {
        claim.close();
    }
}
