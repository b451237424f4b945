package dev.sluice.relay;

import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for durable runs that can go on and that nobody works on, and goes on with them: one thread that looks, and one for each run
 * while it is being made. It does not look while the relay has as many runs as it may.
 *
 * <p>A claim is for one attempt. After a failure the claim is given up, because the next claim has the records that the attempt has
 * written. Before each attempt this machine waits, longer each time. Only failures of the factory count against the run: a log or a
 * journal may come back.
 */
final class RunRecovery implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RunRecovery.class);
    private static final Duration EVERY = Duration.ofMillis(250);

    /** The pause after a failure of the journal, and before a run that is not this relay's is given up. */
    private static final Duration LATER = Duration.ofSeconds(2);

    /** A run that waits for its next attempt is asked so often whether its user has stopped it. */
    private static final Duration STOP_CHECK = Duration.ofSeconds(2);

    /** How often in a row the factory may fail here before the run is given up. */
    private static final int ATTEMPTS = 5;

    /** How many machines a run may lose. A run that kills its machines would kill them all. */
    private static final int MOST_LOSSES = 10;

    private final RunRegistry runs;
    private final RunJournal journal;
    private final RelaySettings settings;
    private final RecoveryFailures failures;
    private final Set<DurableRun> underWay = ConcurrentHashMap.newKeySet();
    private final Set<Thread> pausing = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile boolean closed;
    private volatile @Nullable RunFactory factory;
    private volatile @Nullable Thread looking;

    RunRecovery(RunRegistry runs, RunJournal journal, RelaySettings settings) {
        this.runs = runs;
        this.journal = journal;
        this.settings = settings;
        failures = runs.failures();
    }

    /** Begins to look, with the factory that makes the runs again. A second call does nothing. */
    void start(RunFactory factory) {
        if (begun.compareAndSet(false, true)) {
            this.factory = factory;
            looking = Thread.ofVirtual().name("sluice-relay-recovery").start(() -> look(factory));
        }
    }

    /**
     * Goes on with this run now, as with a lost one, on a thread of its own. False if there is no factory, or this is closed.
     *
     * @throws RelayException if there are too many runs here
     * @throws RunJournal.JournalException {@code HELD}, {@code UNAVAILABLE}
     */
    boolean takeOver(String runId, Session owner) {
        RunFactory known = factory;
        if (known == null || closed) {
            return false;
        }
        QuotaCounter.Permit place = runs.acquire(owner);
        try {
            begin(journal.claim(runId), known, Optional.of(place));
        } catch (RuntimeException | Error e) {
            place.release();
            throw e;
        }
        return true;
    }

    private void look(RunFactory factory) {
        boolean failing = false;
        while (!closed) {
            try {
                if (failing) {
                    settings.time().sleep(LATER);
                }
                Optional<Claim> found = hasRoom() ? journal.claimAbandoned() : Optional.empty();
                failing = false;
                if (found.isPresent()) {
                    begin(found.get(), factory, Optional.empty());
                } else {
                    settings.time().sleep(EVERY);
                }
            } catch (InterruptedException e) {
                return; // closed
            } catch (Throwable e) { // the journal may throw anything, and memory may be short
                if (!failing && !closed) { // once until it works again
                    Failures.warn(log, "Lost runs cannot be looked for", e);
                }
                failing = true;
            }
        }
    }

    private void begin(Claim claim, RunFactory factory, Optional<QuotaCounter.Permit> place) {
        try {
            var run = new DurableRun(claim);
            place.ifPresent(run::reserve);
            underWay.add(run);
            try {
                Thread.ofVirtual().name("sluice-relay-take-over").start(() -> work(run, factory));
            } catch (Throwable e) {
                underWay.remove(run);
                throw e;
            }
        } catch (Throwable e) {
            claim.close();
            throw e;
        }
    }

    private void work(DurableRun run, RunFactory factory) {
        try {
            attempt(run, factory);
        } finally {
            underWay.remove(run);
            run.takePlace().ifPresent(QuotaCounter.Permit::release);
        }
    }

    private boolean hasRoom() {
        long uncounted = underWay.stream().filter(run -> !run.isCounted()).count();
        return runs.hasRoom(Math.toIntExact(uncounted));
    }

    private void attempt(DurableRun run, RunFactory factory) {
        boolean settled = false;
        try {
            settled = takeOver(run, factory);
        } catch (Throwable e) { // the factory is the application's
            if (!closed) { // a pause ends with an interrupt when this is closed
                failed(run, e);
            }
        } finally {
            if (!settled) {
                giveUpClaim(run);
            }
        }
    }

    private void failed(DurableRun run, Throwable e) {
        boolean isOfFactory = !run.isTaken() && !(e instanceof RelayException) && !(e instanceof JournalException);
        failures.add(run.runId(), isOfFactory);
        if (!run.isTaken()) {
            Failures.warn(log, "A lost run could not go on here", e);
        }
    }

    private static void giveUpClaim(DurableRun run) {
        try {
            run.close();
        } catch (Throwable e) { // the journal gives it up when it can
            Failures.warn(log, "The claim on a lost run could not be given up", e);
        }
    }

    /** Whether the claim is settled: the run goes on here, is over, or is another machine's. Otherwise the caller gives the claim up. */
    private boolean takeOver(DurableRun run, RunFactory factory) throws Exception {
        if (run.recorded().isEmpty()) { // its machine was lost before it began
            run.told();
            return true;
        }
        StartRequest request = request(run).orElse(null);
        if (request == null) {
            pause(LATER);
            return false;
        }
        RecoveryFailures.Count failed = failures.of(run.runId());
        awaitNextAttempt(run, failed.pause());
        if (closed) {
            return false;
        }
        Session session = request.session();
        if (run.isStopped()) {
            giveUp(run, session, StopReason.cancelled());
        } else if (run.losses() > MOST_LOSSES) {
            log.warn("A run was given up: it was lost with {} machines", run.losses());
            giveUp(run, session, StopReason.lost());
        } else if (failed.ofFactory() >= ATTEMPTS) {
            log.warn("A lost run was given up: it could not go on here {} times", ATTEMPTS);
            giveUp(run, session, StopReason.lost());
        } else if (!run.isLost()) {
            runs.takeOver(request, run, factory);
        }
        return true;
    }

    /** The request of a run; empty if the application or a newer relay has written it. */
    private Optional<StartRequest> request(DurableRun run) {
        @Nullable Throwable failure = null;
        try {
            Optional<StartRequest> request = StartRecord.read(run);
            if (request.isPresent()) {
                return request;
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        if (failures.add(run.runId(), false).all() == 1) { // once
            log.warn(
                    "A run in the journal has no request that this relay can read. It is left alone; see"
                            + " docs/durable.md",
                    failure);
        }
        return Optional.empty();
    }

    /** Ends a run for its watchers, unless this machine has lost it: then it may go on elsewhere. */
    private void giveUp(DurableRun run, Session session, StopReason why) {
        if (!run.isLost()) {
            runs.giveUp(run, session, why);
            run.told();
            failures.forget(run.runId());
        }
    }

    /** Waits for the next attempt; no longer if the run needs none, because it was stopped or is another machine's. */
    private void awaitNextAttempt(DurableRun run, Duration time) throws InterruptedException {
        Duration left = time;
        while (left.isPositive() && !closed && !run.isLost() && !run.isStopped()) {
            Duration part = left.compareTo(STOP_CHECK) < 0 ? left : STOP_CHECK;
            pause(part);
            left = left.minus(part);
        }
    }

    /** Waits while the claim is held, so that no machine tries again meanwhile. */
    private void pause(Duration time) throws InterruptedException {
        Thread thread = Thread.currentThread();
        pausing.add(thread);
        try {
            if (!closed && time.isPositive()) {
                settings.time().sleep(time);
            }
        } finally {
            pausing.remove(thread);
        }
    }

    @Override
    public void close() {
        closed = true;
        pausing.forEach(Thread::interrupt);
        Thread thread = looking;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
