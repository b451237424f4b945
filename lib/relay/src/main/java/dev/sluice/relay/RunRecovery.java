package dev.sluice.relay;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournal.Claim;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for durable runs that can go on and that nobody works on, and goes on with them: one thread that looks, and one for each run
 * while it is being made.
 */
final class RunRecovery implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RunRecovery.class);
    private static final Duration EVERY = Duration.ofMillis(250);

    /** After a failure of the journal, or of an attempt to go on. */
    private static final Duration LATER = Duration.ofSeconds(2);

    /** How often the factory, or the log, may fail here before the run is given up. */
    private static final int ATTEMPTS = 5;

    /** How many machines a run may lose. One that kills its machines would kill them all. */
    private static final int MOST_LOSSES = 10;

    private final RunRegistry runs;
    private final RunJournal journal;
    private final RelaySettings settings;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile boolean closed;
    private volatile @Nullable RunFactory factory;
    private volatile @Nullable Thread looking;

    RunRecovery(RunRegistry runs, RunJournal journal, RelaySettings settings) {
        this.runs = runs;
        this.journal = journal;
        this.settings = settings;
    }

    /** Begins, with what makes the runs again. A second call does nothing. */
    void start(RunFactory factory) {
        if (begun.compareAndSet(false, true)) {
            this.factory = factory;
            looking = Thread.ofVirtual().name("sluice-relay-recovery").start(() -> look(factory));
        }
    }

    /**
     * Goes on with this run now, as with a lost one, on a thread of its own. False if nothing here makes runs again.
     *
     * @throws RelayException if there are too many runs here
     * @throws RunJournal.JournalException {@code HELD}, {@code UNAVAILABLE}
     */
    boolean takeOver(String runId, Session owner) {
        RunFactory known = factory;
        if (known == null || closed) {
            return false;
        }
        runs.checkRoom(owner);
        takeOverSoon(journal.claim(runId), known);
        return true;
    }

    private void takeOverSoon(Claim found, RunFactory factory) {
        var claimed = new DurableRun(found);
        Thread.ofVirtual().name("sluice-relay-take-over").start(() -> takeOver(claimed, factory));
    }

    private void look(RunFactory factory) {
        boolean failing = false;
        while (!closed) {
            try {
                Optional<Claim> found = journal.claimAbandoned();
                failing = false;
                if (found.isPresent()) {
                    takeOverSoon(found.get(), factory);
                } else {
                    settings.time().sleep(EVERY);
                }
            } catch (InterruptedException e) {
                return; // closed
            } catch (RuntimeException | Error e) {
                if (!failing && !closed) { // once until it works again
                    Failures.warn(log, "Lost runs cannot be looked for", e);
                }
                failing = true;
                pause();
            }
        }
    }

    private void takeOver(DurableRun run, RunFactory factory) {
        StartRequest request;
        try {
            request = StartRecord.read(run).orElse(null);
        } catch (RuntimeException e) {
            request = null;
            Failures.warn(log, "The request of a lost run cannot be read", e);
        }
        if (request == null) {
            log.warn("A run in the journal has no request that this relay knows, and is left alone");
            run.told();
            return;
        }
        Session session = request.session();
        if (run.isStopped()) {
            giveUp(run, session, StopReason.cancelled());
        } else if (run.losses() > MOST_LOSSES) {
            log.warn("A run was given up: it was lost with {} machines", run.losses());
            giveUp(run, session, StopReason.lost());
        } else {
            tryToGoOn(run, request, factory);
        }
    }

    private void tryToGoOn(DurableRun run, StartRequest request, RunFactory factory) {
        for (int attempt = 1; !closed; attempt++) {
            try {
                runs.takeOver(request, run, factory);
                return;
            } catch (RelayException e) {
                if (e.code() == Code.TOO_MANY) { // not for want of trying
                    break;
                }
                if (e.code() == Code.EXPIRED || attempt >= ATTEMPTS) {
                    Failures.warn(log, "A lost run cannot go on, because its events cannot be had", e);
                    giveUp(run, request.session(), StopReason.lost());
                    return;
                }
            } catch (Throwable e) { // the factory is the application's
                Failures.warn(log, "A lost run could not be started again", e);
                if (attempt >= ATTEMPTS) {
                    giveUp(run, request.session(), StopReason.lost());
                    return;
                }
            }
            pause();
        }
        run.close(); // somebody else may have room
    }

    private void giveUp(DurableRun run, Session session, StopReason why) {
        try {
            runs.giveUp(run.runId(), session, why);
            run.told();
        } catch (RuntimeException e) {
            Failures.warn(log, "The watchers of a run could not be told its end", e);
            run.close(); // again later
        }
    }

    private void pause() {
        try {
            settings.time().sleep(LATER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        Thread thread = looking;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
