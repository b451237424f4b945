package dev.sluice.relay.http;

import dev.sluice.relay.Session;
import dev.sluice.relay.StartRequest;
import dev.sluice.relay.StreamFormat;
import dev.sluice.relay.format.OpenAiChunkFormat;
import dev.sluice.relay.format.SluiceSseFormat;
import dev.sluice.relay.format.SluiceWebSocketFormat;
import dev.sluice.relay.format.UiMessageFormat;
import dev.sluice.relay.format.UiMessageFormat.Answers;
import java.util.Map;
import java.util.Optional;

/** The requests and responses of one kind of client. */
enum ClientProtocol {
    /** This library's, over server-sent events. */
    EVENTS {
        @Override
        StartRequest request(Session session, Map<String, Object> body) {
            return SluiceRequest.of(session, body);
        }

        @Override
        StreamFormat format(Map<String, Object> body) {
            return new SluiceSseFormat();
        }
    },

    /** This library's, over WebSocket. */
    MESSAGES {
        @Override
        StartRequest request(Session session, Map<String, Object> body) {
            return SluiceRequest.of(session, body);
        }

        @Override
        StreamFormat format(Map<String, Object> body) {
            return new SluiceWebSocketFormat();
        }
    },

    /** The AI SDK's. */
    CHAT {
        @Override
        StartRequest request(Session session, Map<String, Object> body) {
            return UiMessageFormat.request(session, body);
        }

        @Override
        StreamFormat format(Map<String, Object> body) {
            return new UiMessageFormat();
        }

        @Override
        Optional<Answers> answers(Map<String, Object> body) {
            return UiMessageFormat.answers(body);
        }
    },

    /** OpenAI's. */
    COMPLETIONS {
        @Override
        StartRequest request(Session session, Map<String, Object> body) {
            return OpenAiChunkFormat.request(session, body);
        }

        @Override
        StreamFormat format(Map<String, Object> body) {
            return OpenAiChunkFormat.of(body);
        }
    };

    /**
     * The request for a run.
     *
     * @throws IllegalArgumentException if the body does not say; the client receives the message
     */
    abstract StartRequest request(Session session, Map<String, Object> body);

    /**
     * The answers to a run's questions, if a client sends them where it asks for new runs.
     *
     * @throws IllegalArgumentException as {@link #request} does
     */
    Optional<Answers> answers(Map<String, Object> body) {
        return Optional.empty();
    }

    /** How a client is answered; the body is empty if it comes back to a stream. */
    abstract StreamFormat format(Map<String, Object> body);
}
