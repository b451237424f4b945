package dev.sluice.relay;

import dev.sluice.TimeSource;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.tools.RunJournal.JournalException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The log as watchers reach it. If the log has forgotten a stream whose run the journal still has, this relay takes the run over: the run
 * replays itself into a new stream, and waits for its answers again. For any thread.
 */
final class WatchedLog {
    /** How long a watcher waits for the stream of a run that is taken over. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration EVERY = Duration.ofMillis(20);

    private final ResumeLog log;
    private final RunOwners owners;
    private final Optional<RunRecovery> recovery;
    private final TimeSource time;

    /** Without a recovery, a stream that the log has forgotten stays unknown. */
    WatchedLog(ResumeLog log, RunOwners owners, Optional<RunRecovery> recovery, TimeSource time) {
        this.log = log;
        this.owners = owners;
        this.recovery = recovery;
        this.time = time;
    }

    /** {@link ResumeLog#subscribe}. */
    ResumeLog.Subscription subscribe(String streamId, Session owner, long after, ResumeLog.Listener listener) {
        return ask(streamId, owner, () -> log.subscribe(streamId, owner, after, listener));
    }

    /** {@link ResumeLog#isDelivered}. */
    boolean isDelivered(String streamId, Session owner, long after) {
        return ask(streamId, owner, () -> log.isDelivered(streamId, owner, after));
    }

    private <T> T ask(String streamId, Session owner, Supplier<T> question) {
        try {
            return question.get();
        } catch (RelayException e) {
            // Not if it has expired: the log still keeps a part of the stream, and a new stream would drop it.
            if (e.code() == Code.UNKNOWN && owners.isInJournal(owner, streamId) && comesBack(streamId, owner)) {
                return again(e, question);
            }
            throw e;
        }
    }

    /** Takes the run over. Returns true also if another claim holds it, because that one is about to begin the stream. */
    private boolean comesBack(String streamId, Session owner) {
        try {
            return recovery.isPresent() && recovery.get().takeOver(streamId, owner);
        } catch (JournalException e) {
            if (e.code() == JournalException.Code.HELD) {
                return true;
            }
            throw RunOwners.unreachable(e);
        }
    }

    private <T> T again(RelayException before, Supplier<T> question) {
        long begun = time.nanos();
        while (time.nanos() - begun < PATIENCE.toNanos()) {
            try {
                time.sleep(EVERY);
                return question.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw before;
            } catch (RelayException e) {
                if (e.code() != before.code()) {
                    throw e;
                }
            }
        }
        throw new RelayException(Code.UNAVAILABLE, "The run is being continued; try again soon", before);
    }
}
