package dev.sluice.client;

import dev.sluice.StreamController;
import dev.sluice.Timeouts;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.budget.Budget;
import dev.sluice.internal.ClientLifetime;
import dev.sluice.internal.LogLabels;
import dev.sluice.internal.continuation.ContinuationJoiner;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ModelInfo;
import dev.sluice.provider.Provider;
import dev.sluice.transport.TransportRequest;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Encodes what is asked of a client, sends it, and returns how its answer is read: as a stream, as a whole message, or as a look-up. For
 * any thread.
 */
final class RequestSender implements MessageSender {
    static final String NO_CHUNKS =
            "controller: has a limit on chunks, and an answer that is not streamed has none; stream it";

    private final ClientConfig config;
    private final ClientLifetime lifetime;
    private final RunningRequests requests;
    private final boolean ownsTransport;

    RequestSender(ClientSettings settings) {
        config = settings.config();
        ownsTransport = settings.transport == null;
        lifetime = new ClientLifetime(config.time());
        requests = new RunningRequests(config, lifetime);
    }

    @Override
    public ClientConfig config() {
        return config;
    }

    @Override
    public ClientLifetime lifetime() {
        return lifetime;
    }

    @Override
    public MessageStream stream(MessageRequest asked, StreamController controller, @Nullable Budget budget) {
        StreamReaderTask reader = prepare(asked, controller, budget, controller.timeouts(config.timeouts()));
        var stream = new MessageStream(reader, controller, new ChunkAggregator(reader.recorder.arrivals()));
        requests.launch(reader, controller);
        return stream;
    }

    /**
     * Makes the reader of a stream that its controller can cancel, to be launched.
     *
     * @throws IllegalArgumentException if the provider surely rejects the request
     * @throws IllegalStateException if this client is closed, or the controller has a stream already
     */
    StreamReaderTask prepare(
            MessageRequest asked, StreamController controller, @Nullable Budget budget, Timeouts timeouts) {
        checkOpen();
        MessageRequest request = config.defaults().complete(asked);
        TransportRequest wire = config.provider().streamRequest(request);
        int times = config.continuation().times();
        var joiner = times == 0 ? null : new ContinuationJoiner(times, request, config.provider());
        return requests.prepare(
                wire,
                request.model(),
                new ResponseMode.Streamed(joiner),
                timeouts,
                controller,
                ServerAnswer.to(request, config),
                budget,
                StreamSurroundings.of(config, request, wire, true));
    }

    /** Starts a reader that was prepared. */
    void launch(StreamReaderTask reader, StreamController controller) {
        requests.launch(reader, controller);
    }

    @Override
    public MessageStream resume(String text, StreamController controller) {
        checkOpen();
        Provider provider = config.provider();
        ResumeToken token = ResumeToken.parse(text);
        if (!token.isOf(provider)) {
            throw new IllegalArgumentException("token: it is of an answer of " + LogLabels.of(token.provider())
                    + ", and this client asks " + provider.name());
        }
        ServerAnswer answer = ServerAnswer.of(token, config);
        TransportRequest wire = answer.replayRequest()
                .orElseThrow(() -> new UnsupportedOperationException(provider.name() + " keeps no answers to resume"));
        StreamReaderTask reader = requests.prepare(
                wire,
                token.model(),
                new ResponseMode.Streamed(null),
                controller.timeouts(config.timeouts()),
                controller,
                answer,
                null,
                StreamSurroundings.unobserved(config));
        var stream = new MessageStream(reader, controller, new ChunkAggregator(reader.recorder.arrivals()));
        requests.launch(reader, controller);
        return stream;
    }

    @Override
    public Message send(MessageRequest asked, StreamController controller, @Nullable Budget budget) {
        checkOpen();
        MessageRequest request = config.defaults().complete(asked);
        if (controller.maxChunks().isPresent()) {
            throw new IllegalArgumentException(NO_CHUNKS);
        }
        Optional<TransportRequest> wire = config.provider().wholeRequest(request);
        if (wire.isEmpty()) {
            try (MessageStream stream = stream(request, controller, budget)) {
                return stream.finalMessage();
            }
        }
        Timeouts times = controller.timeouts(config.timeouts()).whole();
        StreamReaderTask reader = requests.prepare(
                wire.get(),
                request.model(),
                new ResponseMode.Whole(),
                times,
                controller,
                ServerAnswer.ofConnection(config),
                budget,
                StreamSurroundings.of(config, request, wire.get(), false));
        try (var answer = new MessageStream(reader, controller, new ChunkAggregator(reader.recorder.arrivals()))) {
            requests.launch(reader, controller);
            return answer.finalMessage();
        }
    }

    @Override
    public int countTokens(MessageRequest request) {
        checkOpen();
        TransportRequest wire = config.provider()
                .countRequest(config.defaults().complete(request))
                .orElseThrow(() ->
                        new UnsupportedOperationException(config.provider().name() + " does not count tokens"));
        return lookUp(wire, request.model(), config.provider()::tokenCount);
    }

    @Override
    public List<ModelInfo> models() {
        checkOpen();
        return Pagination.all(page -> {
            TransportRequest wire = config.provider()
                    .modelsRequest(page)
                    .orElseThrow(() ->
                            new UnsupportedOperationException(config.provider().name() + " does not list models"));
            return lookUp(wire, "", config.provider()::models);
        });
    }

    private <T> T lookUp(TransportRequest wire, String model, Function<String, T> read) {
        var controller = StreamController.withCancellation();
        var around = StreamSurroundings.unobserved(config);
        StreamReaderTask reader = requests.prepare(
                wire,
                model,
                new ResponseMode.Lookup(read),
                config.timeouts(),
                controller,
                ServerAnswer.ofConnection(config),
                null,
                around);
        requests.launch(reader, controller);
        return new PendingLookup<T>(reader, controller).answer();
    }

    @Override
    public int running() {
        return requests.size();
    }

    @Override
    public void close() {
        lifetime.close();
        lifetime.runCallbacks(); // first, because a durable run leaves its answer to the server
        List<Thread> cancelling = requests.cancelAll();
        requests.awaitServerCancellations(cancelling);
        if (ownsTransport) {
            config.transport().close();
        }
    }

    private void checkOpen() {
        if (lifetime.isClosed()) {
            throw new IllegalStateException("this client is closed");
        }
    }
}
