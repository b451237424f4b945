package dev.sluice.relay;

import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A machine's access to the journal that it shares with others, which is over when the machine dies. */
final class MortalJournal implements RunJournal {
    private final RunJournal shared;
    private final Set<MortalClaim> claims = ConcurrentHashMap.newKeySet();
    private volatile boolean dead;

    MortalJournal(RunJournal shared) {
        this.shared = shared;
    }

    /** What it holds can be claimed by others, and what it writes is refused. */
    void die() {
        dead = true;
        claims.forEach(MortalClaim::lose);
    }

    @Override
    public Claim claim(String runId) {
        return new MortalClaim(shared.claim(runId));
    }

    @Override
    public Optional<Claim> claimAbandoned() {
        return dead ? Optional.empty() : shared.claimAbandoned().map(MortalClaim::new);
    }

    @Override
    public boolean answer(String runId, String callKey, String answer) {
        return shared.answer(runId, callKey, answer);
    }

    @Override
    public Optional<String> firstRecord(String runId) {
        return shared.firstRecord(runId);
    }

    @Override
    public void close() {}

    private final class MortalClaim implements Claim {
        private final Claim claim;
        private final CompletableFuture<Void> lost = new CompletableFuture<>();

        MortalClaim(Claim claim) {
            this.claim = claim;
            claims.add(this);
            if (dead) {
                lose();
            }
        }

        private void lose() {
            lost.complete(null);
            claim.close();
        }

        private void check() {
            if (dead) {
                throw new JournalException(Code.FENCED, "this machine is dead");
            }
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
            check();
            claim.append(record);
        }

        @Override
        public boolean park(Collection<String> callKeys) {
            check();
            return claim.park(callKeys);
        }

        @Override
        public void onLost(Runnable action) {
            var unused = lost.thenRun(action);
        }

        @Override
        public void end() {
            if (!dead) {
                claim.end();
            }
        }

        @Override
        public void close() {
            claim.close();
        }
    }
}
