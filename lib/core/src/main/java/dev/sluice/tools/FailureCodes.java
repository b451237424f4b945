package dev.sluice.tools;

import dev.sluice.StreamException;

/** The kind of a failure in a word, for who watches a run. */
final class FailureCodes {
    private FailureCodes() {}

    static String of(StreamException failure) {
        return switch (failure) {
            case StreamException.ApiError error -> "api_error";
            case StreamException.TimedOut timeout -> "timed_out";
            case StreamException.LimitExceeded exceeded -> "limit_reached";
            case StreamException.Cancelled cancelled -> "cancelled";
            case StreamException.ConnectionFailed failed -> "connection_failed";
            case StreamException.ProtocolError error -> "protocol_error";
            case StreamException.Truncated truncated -> "truncated";
            case StreamException.CircuitOpen open -> "circuit_open";
            case StreamException.CredentialsFailed failed -> "credentials_failed";
        };
    }
}
