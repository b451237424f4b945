package dev.sluice.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.sluice.EndReason.Failed;
import dev.sluice.StreamException;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.internal.GuardedObservation;
import dev.sluice.internal.LogLabels;
import dev.sluice.observation.Observer.Step;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of one stream as it goes what is worth telling: to the log and to the JDK's Flight Recorder. Never a key, a header
 * or a word of the conversation: what is told is in our own words, and names that come from outside pass {@link LogLabels}. For
 * the thread that reads; made by the one that starts the stream.
 */
final class StreamLog {
    private static final Logger log = LoggerFactory.getLogger("dev.sluice.stream");

    private final String name;
    private final String request;
    private final GuardedObservation observation;
    private final BooleanSupplier isStopped;
    private final JfrStreamEnd life = new JfrStreamEnd();

    private @Nullable JfrConnect connect;
    private String purpose = "first";
    private int attempts;
    private String requestId = LogLabels.NONE;

    /**
     * The log of one stream, which starts now.
     *
     * @param name the stream's name, which is that of its thread
     * @param request method and address
     * @param observation reports the steps
     * @param isStopped whether the stream has been stopped, and its thread interrupted
     */
    StreamLog(String name, String request, GuardedObservation observation, BooleanSupplier isStopped) {
        this.observation = observation;
        this.isStopped = isStopped;
        this.name = name;
        this.request = request;
        life.begin();
    }

    /** A request is about to be sent: the first, a retry, a resume or a continuation. */
    void connecting() {
        log.debug("{}: {}", name, request);
        attempts++;
        step(() -> new Step.Attempt(attempts));
        requestId = LogLabels.NONE;
        connect = new JfrConnect();
        connect.begin();
    }

    /** The head of a response is there. */
    void connected(int status, @Nullable String id) {
        requestId = LogLabels.of(id);
        log.debug("{}: {}, request {}", name, status, requestId);
        commitConnect(status, LogLabels.NONE);
        step(() -> new Step.Response(status, Optional.ofNullable(id)));
    }

    /** The first piece of content is there, so long after the start. */
    void firstToken(Duration since) {
        log.debug("{}: first token after {} ms", name, since.toMillis());
        step(() -> new Step.FirstToken(since));
        var event = new JfrFirstToken();
        if (event.shouldCommit()) {
            event.stream = name;
            event.requestId = requestId;
            event.timeToFirstToken = since.toNanos();
            event.commit();
        }
    }

    /** A try failed, and the next one follows after a delay. */
    void retrying(StreamException failure, int retry, Duration delay) {
        commitConnect(0, LogLabels.of(failure));
        String failed = LogSummary.requestId(failure);
        log.info(
                "{}: retry {} in {} ms after {}, request {}",
                name,
                retry,
                MILLISECONDS.convert(delay),
                LogSummary.of(failure),
                failed);
        step(() -> new Step.Retry(retry, delay, failure));
        var event = new JfrRetry();
        if (event.shouldCommit()) {
            event.stream = name;
            event.requestId = failed;
            event.retry = retry;
            event.errorType = LogLabels.of(failure);
            event.delay = NANOSECONDS.convert(delay);
            event.commit();
        }
        purpose = "retry";
    }

    /** The connection of an answer that the server keeps was lost, and the rest is asked for after a delay. */
    void resuming(StreamException failure, int resume, Duration delay) {
        commitConnect(0, LogLabels.of(failure));
        log.info(
                "{}: resume {} in {} ms after {}, request {}",
                name,
                resume,
                MILLISECONDS.convert(delay),
                LogSummary.of(failure),
                LogSummary.requestId(failure));
        step(() -> new Step.Resume(resume, delay, failure));
        purpose = "resume";
    }

    /** The answer broke off and is continued. */
    void continuing(StreamException failure, int continuation) {
        commitConnect(0, LogLabels.of(failure));
        log.info(
                "{}: continuation {} after {}, request {}",
                name,
                continuation,
                LogSummary.of(failure),
                LogSummary.requestId(failure));
        step(() -> new Step.Continuation(continuation, failure));
        purpose = "continuation";
    }

    /** It has ended, and was the life of a stream. Called once. */
    void ended(StreamReport report) {
        lookupEnded(report);
        life.end();
        if (life.shouldCommit()) {
            life.record(name, report, error(report).orElse(LogLabels.NONE));
            life.commit();
        }
    }

    /** It has ended, and no message was asked for. Called once, in place of {@link #ended}. */
    void lookupEnded(StreamReport report) {
        if (report.end() instanceof Failed(StreamException failure)) {
            String verdict = refused(failure) ? "refused" : "failed";
            log.info("{}: {}: {}; {}", name, verdict, LogSummary.of(failure), LogSummary.of(report));
        } else if (log.isDebugEnabled()) {
            log.debug("{}: {}; {}", name, LogSummary.of(report.end()), LogSummary.of(report));
        }
        commitConnect(0, error(report).orElseGet(() -> LogLabels.of(report.end())));
    }

    private void step(Supplier<Step> step) {
        observation.step(step);
        if (isStopped.getAsBoolean()) { // meanwhile, and the observer may have lost the interrupt
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<String> error(StreamReport report) {
        return report.end() instanceof Failed(StreamException failure)
                ? Optional.of(LogLabels.of(failure))
                : Optional.empty();
    }

    /** Whether it was this side that would not send a request. */
    private static boolean refused(StreamException failure) {
        return switch (failure) {
            case CircuitOpen open -> true;
            case CredentialsFailed failed -> true;
            case LimitExceeded limit -> limit.retryable();
            default -> false;
        };
    }

    /** Closes the record of the request that is under way, if one is. */
    private void commitConnect(int status, String error) {
        JfrConnect event = connect;
        connect = null;
        if (event == null) {
            return;
        }
        event.end();
        if (event.shouldCommit()) {
            event.stream = name;
            event.request = request;
            event.purpose = purpose;
            event.status = status;
            event.requestId = requestId;
            event.errorType = error;
            event.commit();
        }
    }
}
