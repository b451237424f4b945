package dev.sluice;

import dev.sluice.internal.base.InternalParts;
import dev.sluice.internal.failure.FailureContext;
import dev.sluice.message.Message;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a stream did not end as it should. Each subclass is one reason; the message says what happened, to which request,
 * and what to do. Nothing that was received is lost: {@link #partial()} has it.
 */
public abstract sealed class StreamException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static {
        InternalParts.share(StreamException.class, FailureContext.class, exception -> exception.context);
    }

    private final FailureContext context = new FailureContext();

    private StreamException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The message as far as it had come; {@link Message#EMPTY} if nothing had. */
    public final Message partial() {
        return context.partial();
    }

    /** Whether the same request may succeed if it is sent again. */
    public abstract boolean retryable();

    /** The provider's id of the request, to quote in a question to it; empty if there was no response. */
    public final Optional<String> requestId() {
        return Optional.ofNullable(context.requestId());
    }

    /** The failure; what was asked, how often it was sent again, and the provider's id of the request, as far as they are known. */
    @Override
    public final String getMessage() {
        boolean namesRequest = this instanceof ApiError || this instanceof ConnectionFailed;
        return context.describe(Objects.requireNonNull(super.getMessage()), namesRequest);
    }

    private static String words(Duration time) {
        boolean exact = time.toMillisPart() == 0 || time.toDays() > 0; // beyond that, milliseconds may overflow
        return exact ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    /** The caller stopped the stream: by cancelling, closing, leaving the loop or interrupting the thread. */
    public static final class Cancelled extends StreamException {
        private static final long serialVersionUID = 1L;
        private final String reason;

        /** Cancelled for the reason the caller gave. */
        public Cancelled(String reason) {
            super("The stream was cancelled: " + reason, null);
            this.reason = reason;
        }

        /** The caller's reason. */
        public String reason() {
            return reason;
        }

        @Override
        public boolean retryable() {
            return false;
        }
    }

    /** A phase took longer than its limit. */
    public static final class TimedOut extends StreamException {
        private static final long serialVersionUID = 1L;
        private final Timeouts.Phase phase;
        private final Duration limit;

        /** The phase met its limit. */
        public TimedOut(Timeouts.Phase phase, Duration limit) {
            this(phase, limit, advice(phase));
        }

        /** The phase met its limit because of what this message says. */
        public TimedOut(Timeouts.Phase phase, Duration limit, String why) {
            super("The " + phase + " timeout of " + words(limit) + " passed: " + why, null);
            this.phase = phase;
            this.limit = limit;
        }

        /** Which of the limits was met. */
        public Timeouts.Phase phase() {
            return phase;
        }

        /** The limit. */
        public Duration limit() {
            return limit;
        }

        @Override
        public boolean retryable() {
            return phase != Timeouts.Phase.TOTAL;
        }

        private static String advice(Timeouts.Phase phase) {
            return switch (phase) {
                case CONNECT -> "the server could not be reached; check its address and the network";
                case HEADERS -> "the server took the request but did not answer";
                case FIRST_EVENT -> "the server answered but sent no event; a model that thinks for long needs more";
                case IDLE -> "the server went silent in the middle of the answer";
                case STALL -> "the server sent pings but no content";
                case TOTAL -> "the answer was not complete by then; raise the limit or ask for less";
            };
        }
    }

    /** A limit of the caller's was met: on what may be received, asked at once, or spent. */
    public static final class LimitExceeded extends StreamException {
        private static final long serialVersionUID = 1L;
        private final Limits.Limit limit;
        private final long value;

        /** The limit of this value was met. */
        public LimitExceeded(Limits.Limit limit, long value) {
            super("The limit of " + value + " " + limit + " was met", null);
            this.limit = limit;
            this.value = value;
        }

        /** Which limit. */
        public Limits.Limit limit() {
            return limit;
        }

        /** Its value. */
        public long value() {
            return value;
        }

        @Override
        public boolean retryable() {
            return limit.passes();
        }
    }

    /** There was no connection, or it broke. */
    public static final class ConnectionFailed extends StreamException {
        private static final long serialVersionUID = 1L;
        private final boolean retryable;

        /** The connection failed with the given cause. */
        public ConnectionFailed(String message, Throwable cause, boolean retryable) {
            super(message, cause);
            this.retryable = retryable;
        }

        @Override
        public boolean retryable() {
            return retryable;
        }
    }

    /** The provider said no: with an HTTP status, or with an error event in the middle of a stream. */
    public static final class ApiError extends StreamException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String type;
        private final @Nullable Duration retryAfter;
        private final String rawBody;
        private final boolean retryable;

        /**
         * An error as the provider reported it.
         *
         * @param status the HTTP status; 200 for an error event inside a stream
         * @param type the provider's error type, an open set; empty if it gave none
         * @param message what happened, in a sentence
         * @param requestId the provider's id of the request, if it gave one
         * @param retryAfter how long the provider asks to wait, if it does
         * @param rawBody the body or event as it came
         * @param retryable whether the same request may succeed later
         */
        public ApiError(
                int status,
                String type,
                String message,
                @Nullable String requestId,
                @Nullable Duration retryAfter,
                String rawBody,
                boolean retryable) {
            super(message + page(rawBody) + comeBack(retryAfter), null);
            this.status = status;
            this.type = type;
            this.retryAfter = retryAfter;
            this.rawBody = rawBody;
            this.retryable = retryable;
            ((StreamException) this).context.note(Message.EMPTY, requestId);
        }

        /** The HTTP status; 200 for an error event inside a stream. */
        public int status() {
            return status;
        }

        /**
         * The provider's error type, such as {@code overloaded_error}. The set is open. It is empty if the provider
         * gave none.
         */
        public String type() {
            return type;
        }

        private static String page(String body) {
            String start = body.stripLeading();
            return start.regionMatches(true, 0, "<!doctype html", 0, 14) || start.regionMatches(true, 0, "<html", 0, 5)
                    ? "; the body is a web page, so something in front of the provider answered, such as a proxy"
                    : "";
        }

        private static String comeBack(@Nullable Duration retryAfter) {
            return retryAfter == null || !retryAfter.isPositive()
                    ? ""
                    : "; the server asks to wait " + words(retryAfter);
        }

        /** How long the provider asks to wait before the next try, however long that is. */
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }

        /** The body or event as it came: Usually JSON, but a proxy may have answered instead of the provider. */
        public String rawBody() {
            return rawBody;
        }

        @Override
        public boolean retryable() {
            return retryable;
        }
    }

    /** The server sent something that the protocol does not allow. */
    public static final class ProtocolError extends StreamException {
        private static final long serialVersionUID = 1L;

        /** The defect of the received data. */
        public ProtocolError(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        @Override
        public boolean retryable() {
            return false;
        }
    }

    /** The response ended in good order, but before the answer did. */
    public static final class Truncated extends StreamException {
        private static final long serialVersionUID = 1L;

        /** How far the answer had come. */
        public Truncated(String message) {
            super(message, null);
        }

        @Override
        public boolean retryable() {
            return true;
        }
    }

    /** A circuit breaker did not let the request out, because too many before it had failed. */
    public static final class CircuitOpen extends StreamException {
        private static final long serialVersionUID = 1L;

        /** The breaker's name and state. */
        public CircuitOpen(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        @Override
        public boolean retryable() {
            return true;
        }
    }

    /** There were no credentials for a request, which therefore was not sent. */
    public static final class CredentialsFailed extends StreamException {
        private static final long serialVersionUID = 1L;
        private final boolean retryable;

        /**
         * The credentials could not be had for this reason.
         *
         * @param message who failed to give them, and why; without any secret
         * @param retryable whether they may be had a little later
         */
        public CredentialsFailed(String message, @Nullable Throwable cause, boolean retryable) {
            super(message, cause);
            this.retryable = retryable;
        }

        @Override
        public boolean retryable() {
            return retryable;
        }
    }
}
