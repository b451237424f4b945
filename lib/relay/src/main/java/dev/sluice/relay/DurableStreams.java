package dev.sluice.relay;

import dev.sluice.relay.RelayException.Code;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins the streams of durable runs in the log, and continues them. For any thread.
 *
 * @param log the log
 * @param stop stops the run of this id for this reason, if it is here; must not block
 */
record DurableStreams(ResumeLog log, BiConsumer<String, String> stop) {
    private static final Logger logger = LoggerFactory.getLogger(DurableStreams.class);

    /** A stream that is written here from now on, and what its watchers have been told. */
    record Continued(ResumeLog.Writer writer, ToldEvents told) {}

    /** Begins a stream. Empty if this machine lost its claim meanwhile, and another one has begun the stream. */
    Optional<ResumeLog.Writer> begin(String id, Session session) {
        try {
            return Optional.of(log.createDurable(id, session, reason -> stop.accept(id, reason)));
        } catch (IllegalArgumentException e) { // nobody else can know the id
            logger.info("A run was begun by another machine, because this one was silent for longer than its lease");
            return Optional.empty();
        }
    }

    /**
     * Continues a run's stream, or begins it in a log that has forgotten it or never had it. Empty if the stream has ended.
     *
     * @throws RelayException {@code UNAVAILABLE}
     */
    Optional<ResumeLog.Writer> writer(DurableRun run, Session session) {
        try {
            return takenOver(run, session);
        } catch (RelayException e) {
            return Optional.of(anew(run, session, e));
        }
    }

    /**
     * As {@link #writer}, with what the watchers have been told. If the log no longer keeps all events, that is not known, and the stream
     * begins anew. The watchers of a stream that begins have been told nothing.
     */
    Optional<Continued> continued(DurableRun run, Session session) throws InterruptedException {
        try {
            Optional<ResumeLog.Writer> writer = takenOver(run, session);
            return writer.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Continued(writer.get(), told(run.runId(), session, writer.get())));
        } catch (RelayException e) {
            return Optional.of(new Continued(anew(run, session, e), new ToldEvents()));
        }
    }

    private Optional<ResumeLog.Writer> takenOver(DurableRun run, Session session) {
        String id = run.runId();
        return log.takeOver(id, session, reason -> stop.accept(id, reason));
    }

    private ResumeLog.Writer anew(DurableRun run, Session session, RelayException refusal) {
        if (refusal.code() != Code.UNKNOWN && refusal.code() != Code.EXPIRED) {
            throw refusal;
        }
        String id = run.runId();
        return run.hasBegun()
                ? log.recreate(id, session, reason -> stop.accept(id, reason))
                : log.createDurable(id, session, reason -> stop.accept(id, reason));
    }

    private ToldEvents told(String id, Session session, ResumeLog.Writer writer) throws InterruptedException {
        try {
            return new ToldEvents(StoredEvents.of(log, id, session, writer.lastId()));
        } catch (RuntimeException | Error | InterruptedException e) {
            writer.leave();
            throw e;
        }
    }
}
