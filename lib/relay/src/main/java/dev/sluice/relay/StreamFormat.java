package dev.sluice.relay;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A wire format of a run's events, for one kind of client. Its encoders are made for one watcher each. */
public interface StreamFormat {

    /** Further headers of the response, by name. */
    Map<String, String> headers();

    /** An encoder for a new watcher. */
    Encoder encoder(String streamId);

    /** Whether a watcher can come back with the id of an event; if not it gets the stream from its beginning. */
    boolean resumesByEventId();

    /** Turns events into frames, and remembers what it needs of those before. For one thread at a time. */
    interface Encoder {
        /** Writes the frames of an event, if it has any in this format. */
        void event(RelayEvent event, Consumer<String> frames);

        /** Writes something that says no more than that the connection is alive; nothing if the format has no such thing. */
        void heartbeat(Consumer<String> frames);

        /**
         * Writes a failure that is not the run's own, such as a server that stops, after which this connection ends.
         *
         * @param code what kind: {@code server_shutdown}, {@code stream_expired}, {@code producer_lost}, {@code slow_reader}, …
         * @param message what happened, in words for a user
         * @param retryable whether to come back is worth while
         */
        void failure(String code, String message, boolean retryable, Consumer<String> frames);

        /** Writes what ends the response after the run's last event, or after the one at which it {@linkplain #isParked is parked}. */
        void end(Consumer<String> frames);

        /**
         * Whether the last event was {@code run_parked}, and clients of this kind can answer a question only when their response has
         * ended. It is then ended, unless further events follow at once.
         */
        default boolean isParked() {
            return false;
        }
    }

    /** The events that can be merged for a reader that is slow: neighbours whose texts are joined. */
    static List<String> mergeable() {
        return List.of("message_delta");
    }
}
