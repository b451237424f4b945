package dev.sluice.relay;

import dev.sluice.relay.RelayListener.Outcome;
import dev.sluice.tools.RunEvent.StreamError;
import java.util.Map;

/**
 * Why a run is stopped from outside.
 *
 * @param outcome what it counts as
 * @param code the reason for watchers, in a word
 * @param message the same in words for a user, which say nothing of the server's affairs
 * @param retryable whether the same may work later
 */
record StopReason(Outcome outcome, String code, String message, boolean retryable) {

    static StopReason cancelled() {
        return new StopReason(Outcome.CANCELLED, "cancelled", "The answer was stopped.", true);
    }

    static StopReason abandoned() {
        return new StopReason(
                Outcome.ABANDONED, "abandoned", "The answer was stopped because nobody was watching.", true);
    }

    static StopReason timedOut(String why) {
        return new StopReason(Outcome.TIMED_OUT, "timed_out", "The answer was stopped because " + why + ".", true);
    }

    static StopReason lost() {
        return new StopReason(
                Outcome.FAILED, "producer_lost", "The server that worked on this answer was lost. Ask again.", true);
    }

    static StopReason shutDown() {
        return new StopReason(
                Outcome.SHUT_DOWN, "server_shutdown", "The answer was stopped because the server stops.", true);
    }

    StreamError event() {
        return new StreamError(message, Map.of("code", code, "retryable", retryable));
    }
}
