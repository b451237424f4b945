package dev.sluice.tools;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.tools.RunEvent.StreamError;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The last event of a run that does not come to its end of its own. */
final class StreamErrorEvents {
    private StreamErrorEvents() {}

    static StreamError of(StreamException failure) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("code", FailureCodes.of(failure));
        details.put("retryable", failure.retryable());
        switch (failure) {
            case ApiError error -> {
                details.put("status", error.status());
                details.put("type", error.type());
            }
            case TimedOut timeout -> details.put("limit", word(timeout.phase().name()));
            case LimitExceeded exceeded ->
                details.put("limit", word(exceeded.limit().name()));
            default -> {}
        }
        failure.requestId().ifPresent(id -> details.put("request_id", id));
        return new StreamError(String.valueOf(failure.getMessage()), details);
    }

    static StreamError of(LimitReached end) {
        return of(end.toException().orElseThrow());
    }

    private static String word(String constant) {
        return constant.toLowerCase(Locale.ROOT);
    }
}
