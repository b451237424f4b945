package dev.sluice.tools;

import dev.sluice.TimeSource;
import dev.sluice.message.Message;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps what runs have done, so that a run whose machine dies goes on elsewhere. {@link ToolLoop.Builder#journal} makes a run write
 * itself down here. For use by any thread.
 *
 * <p>A run has one holder at a time. Whoever claims it gets a {@link Claim}, and what an earlier holder still writes is refused.
 * A journal stores records as they are: JSON texts, of which it knows nothing.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="durable"}
 */
public interface RunJournal extends AutoCloseable {

    /**
     * A journal in this process, which forgets all when the process ends: for tests, and for questions that wait for a person. It keeps a
     * run for an hour after the run's end. It keeps a run that was parked or given up for 30 days.
     */
    static RunJournal inMemory() {
        return new MemoryRunJournal(TimeSource.system());
    }

    /**
     * A journal in a directory of a local file system, for several processes of one machine. A record is on the disk before {@link
     * Claim#append} returns. When a process dies, its runs can be claimed at once. The journal keeps a run for an hour after the run's
     * end. It keeps a run that was parked or given up for 30 days, and a run whose process died until it is claimed.
     *
     * @param directory is made if it does not exist, and is for journals alone; it will have all that is said in the runs
     * @throws JournalException {@code UNAVAILABLE} if it cannot be used
     */
    static RunJournal directory(Path directory) {
        return new DirectoryRunJournal(directory, TimeSource.system());
    }

    /**
     * Claims a run: a new one, or one that nobody holds, also one that is parked or has ended and is still kept. Blocks for a bounded
     * time.
     *
     * @param runId the application's name for the run: 1 to 200 characters, without half a surrogate pair; no two runs may share it
     * @throws IllegalArgumentException if {@code runId} is not such a name
     * @throws JournalException {@code HELD} if somebody else holds it, {@code UNAVAILABLE}
     */
    Claim claim(String runId);

    /**
     * Claims one of the runs that can go on and that nobody works on: its holder died or gave it up without an end, or it waited for
     * answers and one has come. Empty if there is none. Each such run is given to one caller. Blocks for a bounded time, and does not wait
     * for such a run.
     *
     * @throws JournalException {@code UNAVAILABLE}
     */
    Optional<Claim> claimAbandoned();

    /**
     * Answers a question that a run waits for, whoever holds the run. The first answer counts. If the run was {@linkplain Claim#park
     * parked} for it, the run can go on. Blocks for a bounded time.
     *
     * @param callKey the {@link ToolContext#callKey() key} of the call that the question is about
     * @param answer a JSON object of at most 65,536 characters, as {@link ToolApproval} reads it
     * @return whether it is the first
     * @throws IllegalArgumentException if the answer is longer
     * @throws JournalException {@code UNKNOWN} if there is no such run, or it has ended; {@code FULL}; {@code UNAVAILABLE}
     */
    boolean answer(String runId, String callKey, String answer);

    /**
     * Reads the first record of a run without claiming it, also while a claim holds the run. Empty if there is no such run, if it has no
     * record, or if it has ended. Blocks for a bounded time.
     *
     * @throws JournalException {@code UNAVAILABLE}
     */
    Optional<String> firstRecord(String runId);

    /** Gives up all claims without an end, and what else it holds. */
    @Override
    void close();

    /** The right to write a run's records, until it is given up or lost. For use by any thread; {@link #append} in the order of its calls. */
    interface Claim extends AutoCloseable {

        /** The run. */
        String runId();

        /** The records that were there when the run was claimed, the first one first. */
        List<String> records();

        /**
         * What the consumer was told of a turn's answer before the run's last holder was lost, if that is known: with it the model can be
         * asked to continue, if the client has a {@link dev.sluice.continuation.Continuation}. Only text; its last block is not
         * complete. The relay knows it; a journal alone does not.
         *
         * @param turn from 1
         */
        default Optional<Message> begun(int turn) {
            return Optional.empty();
        }

        /** The answers so far, by the key of their call. Blocks for a bounded time. */
        Map<String, String> answers();

        /** How often a holder of this run was lost: died, or could not be heard of for the time of its lease. */
        int losses();

        /**
         * Sets to zero the losses that the next claim will read, because the model's answer is recorded. Blocks until that is stored,
         * for a bounded time.
         *
         * @throws JournalException as {@link #append}
         */
        void forgetLosses();

        /**
         * Adds a record. Blocks until it is stored, for a bounded time. If the thread is interrupted meanwhile, the interrupt is kept.
         *
         * @param record a JSON object
         * @throws JournalException {@code FENCED} if the claim was lost: nothing was written. {@code UNAVAILABLE} if it is not known
         *     whether it was written; the claim is lost then. {@code FULL}
         */
        void append(String record);

        /**
         * Gives the claim up until one of these calls is answered, unless one of them is already. Nobody holds the run meanwhile.
         *
         * @return whether it was given up; if not, it is still held, and {@link #answers} has an answer
         * @throws JournalException as {@link #append}
         */
        boolean park(Collection<String> callKeys);

        /**
         * Has something run once when the claim is lost: to another holder, or because the journal is closed; at once if it is. It must
         * not block.
         */
        void onLost(Runnable action);

        /** The run has ended: nobody need take it over. Its records are kept for a while. Gives the claim up. */
        void end();

        /** Gives the claim up without an end: {@link RunJournal#claimAbandoned} gives the run to somebody else. Nothing if it was given up. */
        @Override
        void close();
    }

    /** A journal refused something; {@link #code} says why, and the message what to do. */
    final class JournalException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final Code code;

        /** Why a journal refuses. */
        public enum Code {
            /** Somebody else holds the run. */
            HELD,
            /** Somebody else has taken the run over, or the claim was given up. */
            FENCED,
            /** There is no such run, or it has ended. */
            UNKNOWN,
            /** The run has more records and answers than the journal keeps. */
            FULL,
            /** The journal's storage cannot be reached or fails. */
            UNAVAILABLE
        }

        /** A refusal. */
        public JournalException(Code code, String message) {
            super(message);
            this.code = code;
        }

        /** A refusal with its cause. */
        public JournalException(Code code, String message, Throwable cause) {
            super(message, cause);
            this.code = code;
        }

        /** Why. */
        public Code code() {
            return code;
        }
    }
}
