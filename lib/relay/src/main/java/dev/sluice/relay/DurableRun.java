package dev.sluice.relay;

import dev.sluice.message.Message;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The claim of a run that this relay carries, as the run gets it. The run's end reaches the journal only after it has reached the
 * watchers' log: until then somebody else could still have to tell it. For any thread.
 */
final class DurableRun implements Claim {
    /** What a stop by the user is noted as, beside the answers to the run's questions, so that it reaches a parked run. */
    static final String STOPPED = "stopped";

    /** How a run ended on this machine. */
    enum Fate {
        /** It is over for good. */
        ENDED,
        /** Another claim continues it. */
        LEFT,
        /** It waits for answers, and nobody holds it. */
        PARKED
    }

    private final Claim claim;
    private final AtomicReference<QuotaCounter.@Nullable Permit> place = new AtomicReference<>();
    private final CompletableFuture<Fate> fate = new CompletableFuture<>();
    private volatile boolean used;
    private volatile boolean taken;
    private volatile boolean counted;
    private volatile int begunTurn;
    private volatile Optional<Message> begun = Optional.empty();

    DurableRun(Claim claim) {
        this.claim = claim;
        claim.onLost(() -> {
            taken = true;
            fate.complete(Fate.LEFT);
        });
    }

    /** Keeps a place in the quota for this run, which is about to be taken over. */
    void reserve(QuotaCounter.Permit place) {
        this.place.set(place);
        counted = true;
    }

    /** The place that was kept, for the caller to release. Empty if there was none, or an earlier call has taken it. */
    Optional<QuotaCounter.Permit> takePlace() {
        counted = true; // the caller has it, or takes another one
        return Optional.ofNullable(place.getAndSet(null));
    }

    /** Whether the run is in the quota: it has a place, or had one. */
    boolean isCounted() {
        return counted;
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

    /** Whether the run goes on elsewhere, because this machine lost it or gave it up. */
    boolean isLost() {
        return isKnownAs(Fate.LEFT);
    }

    /** Whether the journal has taken the claim away. Not if the run, or what makes it, has given the claim up. */
    boolean isTaken() {
        return taken;
    }

    /** Whether it is known that the run ended so on this machine. Does not wait. */
    boolean isKnownAs(Fate how) {
        return fate.isDone() && fate.join() == how;
    }

    /**
     * Returns how the run ended on this machine. Blocks until the run has told its journal, which it does after its last event. A run that
     * tells its journal nothing in that time has {@link Fate#ENDED}.
     */
    Fate awaitFate(Duration atMost) {
        try {
            return fate.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // the run has not told its journal
        }
        return fate.getNow(Fate.ENDED);
    }

    /** Whether the user has stopped the run. */
    boolean isStopped() {
        return claim.answers().containsKey(STOPPED);
    }

    /** Whether the run has a record of its own. If not, its watchers have been told nothing. */
    boolean hasBegun() {
        return claim.records().size() > 1; // the first one is the relay's
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
        return leftIfRefused(claim::answers);
    }

    @Override
    public int losses() {
        return claim.losses();
    }

    @Override
    public void forgetLosses() {
        var unused = leftIfRefused(() -> {
            claim.forgetLosses();
            return true;
        });
    }

    @Override
    public void append(String record) {
        var unused = leftIfRefused(() -> {
            claim.append(record);
            return true;
        });
    }

    @Override
    public boolean park(Collection<String> callKeys) {
        var keys = new HashSet<>(callKeys);
        keys.add(STOPPED);
        return leftIfRefused(() -> {
            if (claim.park(keys)) {
                fate.complete(Fate.PARKED);
                return true;
            }
            if (isStopped()) {
                throw new JournalException(JournalException.Code.FENCED, "The run was stopped by its user");
            }
            return false;
        });
    }

    /** A run whose journal refuses something goes on elsewhere, from its records. A run that has too many records ends. */
    private <T> T leftIfRefused(Supplier<T> action) {
        try {
            return action.get();
        } catch (JournalException e) {
            if (e.code() != JournalException.Code.FULL) {
                fate.complete(Fate.LEFT);
            }
            throw e;
        }
    }

    @Override
    public void onLost(Runnable action) {
        claim.onLost(action);
    }

    /** The run has ended; the journal learns it when the watchers have been {@linkplain #told told}. */
    @Override
    public void end() {
        fate.complete(Fate.ENDED);
    }

    @Override
    public void close() {
        fate.complete(Fate.LEFT);
        claim.close();
    }
}
