package dev.sluice.internal;

import dev.sluice.EndReason;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.TimedOut;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Words for logs, flight recordings and metrics: few, short, and never out of a conversation. A {@link StreamException}'s
 * message is none of these, for it may quote what the server sent.
 */
public final class LogLabels {
    /** Stands for a foreign word that does not look like a name; OpenTelemetry's word for that. */
    public static final String OTHER = "_OTHER";

    /** Stands for what is not there. */
    public static final String NONE = "none";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:/@+-]{0,199}");

    private LogLabels() {}

    /** A name that the server gave, such as a model or the id of a request; {@link #OTHER} if it does not look like one. */
    public static String of(@Nullable String foreign) {
        if (foreign == null || foreign.isEmpty()) {
            return NONE;
        }
        return NAME.matcher(foreign).matches() ? foreign : OTHER;
    }

    /** {@code completed}, {@code cancelled}, {@code limit}, or the simple name of the exception's class. */
    public static String of(EndReason end) {
        return switch (end) {
            case EndReason.Completed completed -> "completed";
            case EndReason.Cancelled cancelled -> "cancelled";
            case EndReason.LimitReached limit -> "limit";
            case EndReason.Failed(StreamException failure) -> failure.getClass().getSimpleName();
        };
    }

    /**
     * The failure, as {@code error.type} has it in OpenTelemetry. This is the provider's error type, or the HTTP status
     * if it gave none. Otherwise it is the exception's class, with its phase or limit if it has one, such as
     * {@code TimedOut.first_event}.
     */
    public static String of(StreamException failure) {
        String name = failure.getClass().getSimpleName();
        return switch (failure) {
            case ApiError error when !error.type().isEmpty() -> of(error.type());
            case ApiError error when error.status() / 100 != 2 -> String.valueOf(error.status());
            case TimedOut timeout -> name + "." + word(timeout.phase());
            case LimitExceeded limit -> name + "." + word(limit.limit());
            default -> name;
        };
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
