package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.internal.LogLabels;
import dev.sluice.message.Usage;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Failures, ends and numbers in the words that may stand in a log: what it is, and the names and numbers it has. Never an
 * exception's message, which may quote what the server sent, as the JDK's own do; nor the caller's reason to cancel.
 */
final class LogSummary {
    private LogSummary() {}

    static String of(StreamException failure) {
        String name = failure.getClass().getSimpleName();
        return switch (failure) {
            case ApiError error ->
                name + " " + error.status() + (error.type().isEmpty() ? "" : " " + LogLabels.of(error));
            case TimedOut timeout -> name + " (" + timeout.phase() + ", " + millis(timeout.limit()) + ")";
            case LimitExceeded limit -> name + " (" + limit.value() + " " + limit.limit() + ")";
            default -> name + cause(failure.getCause());
        };
    }

    static String of(EndReason end) {
        return end instanceof LimitReached(Limit limit, long value)
                ? "limit of " + value + " " + limit + " reached"
                : LogLabels.of(end);
    }

    static String of(StreamReport report) {
        StreamMetrics metrics = report.metrics();
        Usage usage = report.usage().billed();
        return "request " + requestId(report)
                + ", headers " + millis(metrics.timeToHeaders())
                + ", first token " + millis(metrics.timeToFirstToken().orElse(null))
                + ", duration " + millis(metrics.duration())
                + ", longest gap " + millis(metrics.gapMax())
                + ", " + metrics.events() + " events, " + metrics.bytes() + " bytes"
                + ", tokens " + usage.totalInputTokens() + " in " + usage.outputTokens() + " out"
                + (report.end() instanceof Completed ? rate(metrics) : "") // before the end, few are told of
                + ", " + metrics.retries() + " retries, " + metrics.continuations() + " continuations"
                + (metrics.resumes() == 0 ? "" : ", " + metrics.resumes() + " resumes");
    }

    /** The last response's head has it, or else the error in its body. */
    static String requestId(StreamReport report) {
        String id = report.requestId();
        return id == null && report.end() instanceof Failed(StreamException failure)
                ? requestId(failure)
                : LogLabels.of(id);
    }

    static String requestId(StreamException failure) {
        return LogLabels.of(failure.requestId().orElse(null));
    }

    private static String rate(StreamMetrics metrics) {
        return String.format(Locale.ROOT, " (%.1f/s)", metrics.tokensPerSecond());
    }

    private static String millis(@Nullable Duration duration) {
        return duration == null ? LogLabels.NONE : TimeUnit.MILLISECONDS.convert(duration) + " ms"; // never overflows
    }

    private static String cause(@Nullable Throwable cause) {
        return cause == null ? "" : " (" + cause.getClass().getSimpleName() + ")";
    }
}
