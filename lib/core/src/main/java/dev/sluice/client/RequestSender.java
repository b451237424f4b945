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
final class RequestSender {
    private final ClientConfig config;
    private final ClientLifetime lifetime;
    private final RunningRequests requests;

    RequestSender(ClientConfig config, ClientLifetime lifetime, RunningRequests requests) {
        this.config = config;
        this.lifetime = lifetime;
        this.requests = requests;
    }

    /** Starts to stream an answer; see {@link LlmClient#stream(MessageRequest, StreamController, Budget)}. */
    MessageStream stream(MessageRequest asked, StreamController controller, @Nullable Budget budget) {
        checkOpen();
        MessageRequest request = config.defaults().complete(asked);
        TransportRequest wire = config.provider().streamRequest(request);
        int times = config.continuation().times();
        var joiner = times == 0 ? null : new ContinuationJoiner(times, request, config.provider());
        Timeouts timeouts = controller.timeouts(config.timeouts());
        StreamReaderTask reader = requests.prepare(
                wire,
                request.model(),
                new ResponseMode.Streamed(joiner),
                timeouts,
                controller,
                ServerAnswer.to(request, config),
                budget,
                StreamSurroundings.of(config, request, wire, true));
        var stream = new MessageStream(reader, controller, new ChunkAggregator(reader.recorder.arrivals()));
        requests.launch(reader, controller);
        return stream;
    }

    /** Takes over an answer that another stream has begun; see {@link LlmClient#resume(String, StreamController)}. */
    MessageStream resume(String text, StreamController controller) {
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

    /** Asks for an answer that is not streamed, and waits; see {@link LlmClient#send(MessageRequest, StreamController, Budget)}. */
    Message send(MessageRequest asked, StreamController controller, @Nullable Budget budget) {
        checkOpen();
        MessageRequest request = config.defaults().complete(asked);
        if (controller.maxChunks().isPresent()) {
            throw new IllegalArgumentException(
                    "controller: has a limit on chunks, and an answer that is not streamed has none; stream it");
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

    /** Asks how many tokens a prompt has, and waits; see {@link LlmClient#countTokens}. */
    int countTokens(MessageRequest request) {
        checkOpen();
        TransportRequest wire = config.provider()
                .countRequest(config.defaults().complete(request))
                .orElseThrow(() ->
                        new UnsupportedOperationException(config.provider().name() + " does not count tokens"));
        return lookUp(wire, request.model(), config.provider()::tokenCount);
    }

    /** Asks which models there are, and waits; see {@link LlmClient#models}. */
    List<ModelInfo> models() {
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

    private void checkOpen() {
        if (lifetime.isClosed()) {
            throw new IllegalStateException("this client is closed");
        }
    }
}
