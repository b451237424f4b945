package dev.sluice.relay;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournal.JournalException;
import java.util.Optional;

/** Checks that a run belongs to a session: asks the log first, then the journal. For any thread; blocks for a bounded time. */
record RunOwners(ResumeLog log, Optional<RunJournal> journal) {
    /**
     * Returns if the run is this session's.
     *
     * @throws RelayException {@code UNKNOWN} if it is not, {@code UNAVAILABLE}
     */
    void check(Session session, String id) {
        try {
            var unused = log.isDelivered(id, session, 0);
        } catch (RelayException e) {
            if (e.code() != Code.EXPIRED) { // it is the session's, and its first events are no longer kept
                check(session, id, e);
            }
        }
    }

    /** Throws the log's refusal, unless the log has forgotten the run and the journal has it as this session's. */
    void check(Session session, String id, RelayException said) {
        boolean isGone = said.code() == Code.UNKNOWN || said.code() == Code.EXPIRED;
        if (!isGone || !isInJournal(session, id)) {
            throw said;
        }
    }

    /** Whether the journal has a run of this name that is this session's. */
    boolean isInJournal(Session session, String id) {
        try {
            return journal.flatMap(runs -> runs.firstRecord(id))
                    .flatMap(StartRecord::session)
                    .filter(session::equals)
                    .isPresent();
        } catch (JournalException e) {
            throw unreachable(e);
        }
    }

    /** Maps a failure of the journal to the exception that the relay's caller gets. */
    static RelayException unreachable(JournalException e) {
        return new RelayException(Code.UNAVAILABLE, "The journal of the runs cannot be reached; try again soon", e);
    }
}
