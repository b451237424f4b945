package dev.sluice.relay;

import dev.sluice.message.Message;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The claim of a run that this relay carries, as the run gets it. The run's end reaches the journal only after it has reached the
 * watchers' log: until then somebody else could still have to tell it. For any thread.
 */
final class DurableRun implements Claim {
    /** What a stop by the user is noted as, beside the answers to the run's questions, so that it reaches a parked run. */
    static final String STOPPED = "stopped";

    private final Claim claim;
    private volatile boolean used;
    private volatile boolean parked;
    private volatile boolean lost;
    private volatile int begunTurn;
    private volatile Optional<Message> begun = Optional.empty();

    DurableRun(Claim claim) {
        this.claim = claim;
        claim.onLost(() -> lost = true);
    }

    /** Notes what the watchers know of the turn that broke off, before the run goes on. */
    void noteBegun(int turn, Optional<Message> answer) {
        begunTurn = turn;
        begun = answer;
    }

    @Override
    public Optional<Message> begun(int turn) {
        return turn == begunTurn ? begun : Optional.empty();
    }

    /** Whether a run writes itself down here; the application may have left it out. */
    boolean isUsed() {
        return used;
    }

    /** Whether the run waits for answers, and nobody holds it. */
    boolean isParked() {
        return parked;
    }

    /** Whether the run goes on elsewhere, because this machine lost it or gave it up. */
    boolean isLost() {
        return lost;
    }

    /** Whether the user has stopped the run. */
    boolean isStopped() {
        return claim.answers().containsKey(STOPPED);
    }

    /** Writes what the relay needs, before the run does. */
    void appendFirst(String record) {
        claim.append(record);
    }

    /** The watchers have been told the end: nobody need go on. */
    void told() {
        claim.end();
    }

    @Override
    public String runId() {
        return claim.runId();
    }

    /** The records, for the relay. */
    List<String> recorded() {
        return claim.records();
    }

    @Override
    public List<String> records() {
        used = true;
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
    public void append(String record) {
        try {
            claim.append(record);
        } catch (JournalException e) {
            lost |= e.code() != JournalException.Code.FULL;
            throw e;
        }
    }

    @Override
    public boolean park(Collection<String> callKeys) {
        var keys = new HashSet<>(callKeys);
        keys.add(STOPPED);
        if (claim.park(keys)) {
            parked = true;
            return true;
        }
        if (isStopped()) {
            throw new JournalException(JournalException.Code.FENCED, "The run was stopped by its user");
        }
        return false;
    }

    @Override
    public void onLost(Runnable action) {
        claim.onLost(action);
    }

    /** The run has ended; the journal learns it when the watchers have been {@linkplain #told told}. */
    @Override
    public void end() {
        // by whoever tells the watchers
    }

    @Override
    public void close() {
        lost = true;
        claim.close();
    }
}
