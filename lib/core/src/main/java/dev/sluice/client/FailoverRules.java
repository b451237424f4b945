package dev.sluice.client;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.StreamException.Truncated;

/** After which failures the next provider is asked: after those that another one may not have. {@code docs/failover.md} has the table. */
final class FailoverRules {
    private FailoverRules() {}

    /** Whether the next one is asked if a provider failed before it said something. */
    static boolean asksNext(StreamException failure) {
        return switch (failure) {
            case ApiError error -> asksNext(error);
            case TimedOut timeout -> timeout.retryable(); // all but the limit on the whole
            case LimitExceeded limit -> limit.retryable(); // this client's own gates
            case ConnectionFailed e -> true;
            case Truncated e -> true;
            case CircuitOpen e -> true;
            case CredentialsFailed e -> true;
            case ProtocolError e -> true;
            case Cancelled e -> false;
        };
    }

    /** Whether the next one is asked to go on if an answer broke off. What came may be wrong after a protocol error. */
    static boolean continuesAfter(StreamException failure) {
        return !(failure instanceof ProtocolError) && asksNext(failure);
    }

    /** A refusal of the request itself would meet the next provider, too, or hide a mistake of the caller's. */
    private static boolean asksNext(ApiError error) {
        return error.retryable()
                || switch (error.status()) {
                    case 401, 402, 403, 404, 407, 408, 429 -> true;
                    default -> error.status() >= 500;
                };
    }
}
