package dev.sluice.relay;

import dev.sluice.relay.RelayListener.Departure;
import dev.sluice.relay.ResumeLog.End;
import java.util.function.Consumer;

/** How a watcher's response is to end, once it has what came before. */
sealed interface CloseReason {

    /** All was said. */
    record Delivered() implements CloseReason {
        @Override
        public void write(StreamFormat.Encoder encoder, Consumer<String> frames) {
            encoder.end(frames);
        }

        @Override
        public Departure departure() {
            return Departure.WRITTEN;
        }
    }

    /** Something else than the run's own end; see {@link StreamFormat.Encoder#failure}. */
    record Failure(String code, String message, boolean retryable, Departure departure) implements CloseReason {
        @Override
        public void write(StreamFormat.Encoder encoder, Consumer<String> frames) {
            encoder.failure(code, message, retryable, frames);
        }
    }

    /** The client takes less than the run says. */
    Failure SLOW = new Failure(
            "slow_reader", "The connection is too slow for this answer. Reconnect to go on.", true, Departure.SLOW);

    /** The server stops. */
    Failure SHUTDOWN = new Failure(
            "server_shutdown", "The server is being restarted. Reconnect to go on.", true, Departure.SHUT_DOWN);

    /** The next events are no longer in the log. */
    Failure EXPIRED = new Failure("stream_expired", "This answer is no longer kept.", false, Departure.LOST);

    /** The log cannot be reached. */
    Failure UNAVAILABLE = new Failure(
            "unavailable", "This answer cannot be reached at the moment. Try again later.", true, Departure.LOST);

    /** The run ended without its last event. */
    Failure WRITER_LOST = new Failure(
            "producer_lost", "The server that worked on this answer was lost. Ask again.", false, Departure.LOST);

    void write(StreamFormat.Encoder encoder, Consumer<String> frames);

    Departure departure();

    static CloseReason of(End end) {
        return switch (end) {
            case FINISHED -> new Delivered();
            case WRITER_LOST -> WRITER_LOST;
            case EXPIRED -> EXPIRED;
            case UNAVAILABLE -> UNAVAILABLE;
        };
    }
}
