package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.StreamException;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.tools.JournalRecord.Answer;
import dev.sluice.tools.JournalRecord.Kept;
import dev.sluice.tools.JournalRecord.TurnBegun;
import dev.sluice.tools.RecordedRun.RecordedCall;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of one run: what was recorded before, and the writer of what is done now. For any thread, except the turns, which are
 * the run's thread's.
 *
 * <p>If it fails, nothing more is written and the run is stopped, because nothing may be told that is not recorded.
 */
final class JournaledRun {
    private static final Logger log = LoggerFactory.getLogger(JournaledRun.class);

    private final Claim claim;
    private final RecordedRun recorded;

    /** Held while a record is written, so that records are written one after another. */
    private final ReentrantLock writing = new ReentrantLock();

    /** Whether the journal has losses to forget at the next answer. Guarded by {@code writing}. */
    private boolean hasLosses;

    private volatile @Nullable JournalException failure;
    private volatile Runnable onFailure = () -> {};
    private volatile boolean ending;

    /** The turn whose calls were given out. For the run's thread. */
    private int restored;

    /** A run that goes on from what its claim has. */
    JournaledRun(Claim claim) {
        this.claim = claim;
        recorded = RecordedRun.of(claim.records());
        hasLosses = claim.losses() > 0;
    }

    String runId() {
        return claim.runId();
    }

    RecordedRun recorded() {
        return recorded;
    }

    /**
     * Has something run, on any thread, when a record could not be written, and something when the claim is lost meanwhile. Neither
     * may block.
     */
    void watch(Runnable onFailure, Runnable onLost) {
        this.onFailure = onFailure;
        claim.onLost(() -> Thread.ofVirtual().start(() -> {
            if (!hasFailed()) { // which says more
                onLost.run();
            }
        }));
    }

    /** Throws what a record could not be written for, if one could not. */
    void throwFailure() {
        JournalException known = failure;
        if (known != null) {
            throw known;
        }
    }

    /** What the run has failed for, if it has thrown this: what a record could not be written for, if one could not. */
    Throwable cause(Throwable thrown) {
        JournalException known = failure;
        return known == null ? thrown : known;
    }

    private boolean hasFailed() {
        writing.lock(); // whoever writes now will know
        try {
            return failure != null;
        } finally {
            writing.unlock();
        }
    }

    /**
     * Writes a record. Blocks until it is stored. An interrupt meanwhile is kept.
     *
     * @throws JournalException if it is not stored; then the run is being stopped
     */
    void append(JournalRecord record) {
        var unused = guarded(() -> {
            claim.append(record.toJson());
            // A result is no progress: a model that loses its machine in each answer may call another tool each time.
            if (hasLosses && record instanceof Answer) {
                claim.forgetLosses();
                hasLosses = false;
            }
            return true;
        });
    }

    /** The answers to questions so far, by the key of their call. */
    Map<String, String> answers() {
        return guarded(claim::answers);
    }

    /** What the consumer knows of the answer of a turn that is not recorded. */
    Optional<Message> begun(int turn) {
        return claim.begun(turn);
    }

    /** Gives the run up until one of these calls is answered; false if one is. */
    boolean park(List<String> keys) {
        return guarded(() -> claim.park(keys));
    }

    private <T> T guarded(Supplier<T> action) {
        boolean interrupted =
                Thread.interrupted(); // it is for the run's own work, and what is written may not be half of it
        boolean fails = false;
        writing.lock();
        try {
            throwFailure();
            return action.get();
        } catch (JournalException e) {
            if (failure == null) {
                failure = e;
                fails = true;
            }
            throw e;
        } finally {
            writing.unlock();
            if (fails) {
                onFailure.run();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The calls that were recorded of a turn, the first time that they are asked for. For the run's thread. */
    List<RecordedCall> takeCalls(int turn) {
        if (turn <= restored) {
            return List.of();
        }
        restored = turn;
        return recorded.calls(turn);
    }

    /**
     * Records an answer while it comes. The answer is recorded before the consumer gets its end.
     *
     * @param again whether its request replaces one that was lost with its process
     */
    TurnAnswer recording(int turn, boolean again, TurnAnswer answer) {
        return new Recording(this, turn, again, answer);
    }

    /** The run fails or has come to a limit: what becomes of its calls by that is not written. */
    void ending() {
        ending = true;
    }

    boolean isEnding() {
        return ending;
    }

    /** The run is over: nothing is written any more. Never throws. */
    void runEnds(boolean forGood) {
        try {
            JournalException known = failure;
            if (forGood && (known == null || known.code() == Code.FULL)) {
                claim.end();
            } else {
                claim.close();
            }
        } catch (RuntimeException e) {
            log.warn(
                    "The journal of run '{}' did not take its end, so the run may be done again: {}",
                    runId(),
                    e.toString());
        }
    }

    private record Recording(JournaledRun run, int turn, boolean again, TurnAnswer answer) implements TurnAnswer {
        @Override
        public Iterable<StreamEvent> events() {
            if (answer.isAsked()) {
                run.append(new TurnBegun(turn, again)); // while the model begins
            }
            Iterator<StreamEvent> events = answer.events().iterator();
            return () -> new Iterator<>() {
                private boolean named;

                @Override
                public boolean hasNext() {
                    return events.hasNext();
                }

                @Override
                public StreamEvent next() {
                    StreamEvent event = events.next();
                    if (event instanceof MessageStart && !named) {
                        named = true;
                        answer.keptToken().ifPresent(token -> run.append(new Kept(turn, token)));
                    } else if (event instanceof MessageStop) {
                        run.append(new Answer(turn, answer.snapshot()));
                    }
                    return event;
                }
            };
        }

        @Override
        public EndReason end() {
            return answer.end();
        }

        @Override
        public Message snapshot() {
            return answer.snapshot();
        }

        @Override
        public Duration duration() {
            return answer.duration();
        }

        @Override
        public boolean isResumed() {
            return answer.isResumed();
        }

        @Override
        public void cancelBroken(StreamException failure) {
            answer.cancelBroken(failure);
        }

        @Override
        public void close() {
            answer.close();
        }
    }
}
