package dev.sluice.client;

import dev.sluice.StreamController;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.budget.Budget;
import dev.sluice.client.StreamReport.Hop.Reason;
import dev.sluice.internal.ClientLifetime;
import dev.sluice.internal.LogLabels;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ModelInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the clients of a failover in turn. */
final class FailoverSender implements MessageSender {
    private final FailoverSettings settings;
    private final ClientConfig config;
    private final ClientLifetime lifetime;
    private final RunningRequests requests;

    FailoverSender(FailoverSettings settings) {
        this.settings = settings;
        config = settings.first().sender().config();
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

    /** The first request is encoded here, so that a wrong one fails on the caller's thread. */
    @Override
    public MessageStream stream(MessageRequest request, StreamController controller, @Nullable Budget budget) {
        if (lifetime.isClosed()) {
            throw new IllegalStateException("this client is closed");
        }
        FailoverMember member = settings.first();
        var first = FailoverHop.prepare(member, Reason.FIRST, member.request(request), controller, budget);
        var task = new FailoverTask(
                settings, request, first, controller, budget, "sluice-failover-" + requests.nextNumber(), requests);
        try {
            RunningRequests.attach(task, controller);
        } catch (RuntimeException e) {
            first.reader.neverStarts(e);
            throw e;
        }
        var stream = new MessageStream(task, controller, new ChunkAggregator(task.recorder.arrivals()));
        requests.launch(task, controller);
        return stream;
    }

    /** The client whose provider began it goes on with it, alone. */
    @Override
    public MessageStream resume(String text, StreamController controller) {
        ResumeToken token = ResumeToken.parse(text);
        return settings.members().stream()
                .filter(member -> token.isOf(member.provider()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("token: it is of an answer of "
                        + LogLabels.of(token.provider()) + ", which no client of this failover asks"))
                .sender()
                .resume(text, controller);
    }

    @Override
    public Message send(MessageRequest request, StreamController controller, @Nullable Budget budget) {
        if (controller.maxChunks().isPresent()) {
            throw new IllegalArgumentException(RequestSender.NO_CHUNKS);
        }
        try (MessageStream stream = stream(request, controller, budget)) {
            return stream.finalMessage();
        }
    }

    @Override
    public int countTokens(MessageRequest request) {
        return settings.first().sender().countTokens(request);
    }

    @Override
    public List<ModelInfo> models() {
        return settings.first().sender().models();
    }

    @Override
    public int running() {
        return requests.size();
    }

    /** The clients stay open. */
    @Override
    public void close() {
        lifetime.close();
        var unused = requests.cancelAll();
        lifetime.runCallbacks();
    }
}
