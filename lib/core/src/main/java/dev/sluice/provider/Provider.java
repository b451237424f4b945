package dev.sluice.provider;

import dev.sluice.RateLimits;
import dev.sluice.StreamException.ApiError;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ModelInfo;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Translates between this library's words and one vendor's wire. Implementations are immutable and safe for use by any
 * thread; nothing here blocks, except for what {@link #credentials} gives. Keys never appear in a message or a {@code toString}.
 */
public interface Provider {

    /** The provider's name in logs and metrics, in lower case. */
    String name();

    /**
     * The HTTP request that asks for a streamed answer.
     *
     * @throws IllegalArgumentException if the request has something that this provider has no field for; the message
     *     names the field
     */
    TransportRequest streamRequest(MessageRequest request);

    /**
     * The HTTP request that asks for the whole answer at once, to be decoded by {@link EventDecoder#whole}. Empty if the
     * provider only streams; then {@code send} reads a stream to its end.
     *
     * @throws IllegalArgumentException as {@link #streamRequest} does, and if the answer may take longer than the provider
     *     answers without streaming
     */
    default Optional<TransportRequest> wholeRequest(MessageRequest request) {
        return Optional.empty();
    }

    /**
     * The HTTP request that asks how many tokens a prompt has; empty if the provider does not support it.
     *
     * @throws IllegalArgumentException as {@link #streamRequest} does
     */
    default Optional<TransportRequest> countRequest(MessageRequest request) {
        return Optional.empty();
    }

    /**
     * Decodes the answer to {@link #countRequest}.
     *
     * @throws dev.sluice.StreamException.Truncated if it is cut
     * @throws dev.sluice.StreamException.ProtocolError if it cannot be understood
     */
    default int tokenCount(String body) {
        throw new UnsupportedOperationException(name() + " does not count tokens");
    }

    /**
     * The HTTP request that asks for the models, or for a further page of them; empty if the provider does not support
     * it.
     *
     * @param page what {@link ModelPage#next()} said; empty for the first
     */
    default Optional<TransportRequest> modelsRequest(String page) {
        return Optional.empty();
    }

    /**
     * Decodes the answer to {@link #modelsRequest}.
     *
     * @throws dev.sluice.StreamException.Truncated if it is cut
     * @throws dev.sluice.StreamException.ProtocolError if it cannot be understood
     */
    default ModelPage models(String body) {
        throw new UnsupportedOperationException(name() + " does not list models");
    }

    /**
     * Authenticates the requests, if their own headers do not. Asked before each is sent, and may block. Empty if each
     * request has its key already.
     */
    default Optional<Credentials> credentials() {
        return Optional.empty();
    }

    /** A decoder for the body of one response. */
    EventDecoder decoder();

    /**
     * The error of a response whose status is not 2xx.
     *
     * @param response its head; the body has been read already
     * @param body what was in it, as far as it was read
     */
    ApiError error(TransportResponse response, String body);

    /** The vendor's id of a request, from the head of its response. */
    Optional<String> requestId(TransportResponse response);

    /** The rate limits in the head of a response; empty if the vendor does not send them. */
    default Optional<RateLimits> rateLimits(TransportResponse response) {
        return Optional.empty();
    }

    /**
     * Whether the server makes the answer to this request in the background: it finishes and keeps the answer even if the
     * connection is closed. Only such an answer is cancelled and resumed by requests of its own.
     */
    default boolean isInBackground(MessageRequest request) {
        return false;
    }

    /**
     * The HTTP request that stops an answer in the background. It is sent, once, if the caller stops the stream before its end.
     * Empty if closing the connection is enough.
     *
     * @param answerId the id of the answer's {@link Message}, which is never empty
     * @param headers further headers, those of the request that began the answer; none if another program began it
     */
    default Optional<TransportRequest> cancelRequest(String answerId, Map<String, String> headers) {
        return Optional.empty();
    }

    /**
     * The HTTP request that streams the rest of an answer in the background, after its connection was lost. It starts no other
     * answer, and is not paid for. Empty if the server cannot.
     *
     * @param answerId the id of the answer's {@link Message}, which is never empty
     * @param position the result of {@link EventDecoder#position()} behind the last event that was received; empty for all
     *     events of the answer
     * @param headers as for {@link #cancelRequest}
     */
    default Optional<TransportRequest> resumeRequest(String answerId, String position, Map<String, String> headers) {
        return Optional.empty();
    }

    /**
     * Whether the model goes on from a last message of the assistant's role as if it had written it just now. Others must be
     * asked to go on.
     */
    default boolean takesPrefill(MessageRequest request) {
        return false;
    }

    /**
     * The request that continues a run, in the form that this provider's API wants after the answers so far. An example
     * is the container that the code of an answer ran in. Its conversation is set by the caller of this method.
     *
     * @param first the request that the run began with
     * @param answers the answers of the run, oldest first
     */
    default MessageRequest continueRequest(MessageRequest first, List<Message> answers) {
        return first;
    }

    /** The names of the tools that the conversation has taken away from the model, which may call them no more. */
    default Set<String> removedTools(List<Message> conversation) {
        return Set.of();
    }

    /**
     * A part of a provider's list of models.
     *
     * @param models in the provider's order
     * @param next what to ask for the next part with; empty if this is the last
     */
    record ModelPage(List<ModelInfo> models, String next) {
        /** Copies the list. */
        public ModelPage {
            models = List.copyOf(models);
        }
    }
}
