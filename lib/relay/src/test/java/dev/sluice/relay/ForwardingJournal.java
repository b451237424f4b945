package dev.sluice.relay;

import dev.sluice.tools.RunJournal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A journal that does what another one does, except for what a test changes. */
class ForwardingJournal implements RunJournal {
    private final RunJournal to;

    ForwardingJournal(RunJournal to) {
        this.to = to;
    }

    /** What its callers get for a claim. */
    Claim changed(Claim claim) {
        return claim;
    }

    @Override
    public Claim claim(String runId) {
        return changed(to.claim(runId));
    }

    @Override
    public Optional<Claim> claimAbandoned() {
        return to.claimAbandoned().map(this::changed);
    }

    @Override
    public boolean answer(String runId, String callKey, String answer) {
        return to.answer(runId, callKey, answer);
    }

    @Override
    public Optional<String> firstRecord(String runId) {
        return to.firstRecord(runId);
    }

    @Override
    public void close() {
        to.close();
    }

    /** A claim that does what another one does, except for what a test changes. */
    static class ForwardingClaim implements Claim {
        private final Claim to;

        ForwardingClaim(Claim to) {
            this.to = to;
        }

        @Override
        public String runId() {
            return to.runId();
        }

        @Override
        public List<String> records() {
            return to.records();
        }

        @Override
        public Map<String, String> answers() {
            return to.answers();
        }

        @Override
        public int losses() {
            return to.losses();
        }

        @Override
        public void forgetLosses() {
            to.forgetLosses();
        }

        @Override
        public void append(String record) {
            to.append(record);
        }

        @Override
        public boolean park(Collection<String> callKeys) {
            return to.park(callKeys);
        }

        @Override
        public void onLost(Runnable action) {
            to.onLost(action);
        }

        @Override
        public void end() {
            to.end();
        }

        @Override
        public void close() {
            to.close();
        }
    }
}
