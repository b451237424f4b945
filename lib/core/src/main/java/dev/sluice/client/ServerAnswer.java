package dev.sluice.client;

import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.transport.TransportRequest;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The answer that the server makes of one stream, and would finish without a connection unless it is cancelled. For the reader. */
final class ServerAnswer {
    private final ClientConfig config;
    private final @Nullable Function<String, TransportRequest> cancelRequest;
    private final String stream;

    /** Empty if the server makes none. */
    private String id = "";

    /**
     * No answer yet.
     *
     * @param cancelRequest which request cancels an answer, by its id; null if closing the connection is enough
     * @param stream the stream's name
     */
    ServerAnswer(ClientConfig config, @Nullable Function<String, TransportRequest> cancelRequest, String stream) {
        this.config = config;
        this.cancelRequest = cancelRequest;
        this.stream = stream;
    }

    /** Whether to cancel it takes a request of its own. For any thread. */
    boolean isCancellable() {
        return cancelRequest != null;
    }

    /** Notes which answer the server makes, and that it is complete. */
    void note(StreamEvent event) {
        if (event instanceof MessageStart(Message message)) {
            id = message.id();
        } else if (event instanceof MessageStop) {
            id = "";
        }
    }

    /** Asks the server to cancel it, on another thread, if it makes one and would not notice. */
    void cancel() {
        if (cancelRequest != null && !id.isEmpty()) {
            config.cancellations().send(config, cancelRequest, id, stream);
        }
    }

    /** Another answer takes its place. */
    void forget() {
        id = "";
    }
}
