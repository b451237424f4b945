package dev.sluice.resilience;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ConnectionFailed;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Failures as the rest of the library makes them. */
final class Failures {
    private Failures() {}

    /** A status that may pass, without a word on when. */
    static ApiError passing(int status) {
        return api(status, null, true);
    }

    static ApiError askingFor(Duration delay) {
        return api(429, delay, true);
    }

    static ApiError refused(int status) {
        return api(status, null, false);
    }

    static ApiError inStream(boolean retryable) {
        return api(200, null, retryable);
    }

    static StreamException broken() {
        return new ConnectionFailed("reset", new IOException("reset"), true);
    }

    private static ApiError api(int status, @Nullable Duration delay, boolean retryable) {
        return new ApiError(status, "some_error", "Claude answered " + status, null, delay, "", retryable);
    }
}
