package dev.sluice.client;

import dev.sluice.StreamController;
import dev.sluice.Timeouts;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** A client, and the scripted peer that it sends its requests to. Requests are not retried unless a test sets that. */
final class ClientFixture implements AutoCloseable {
    static final MessageRequest REQUEST = MessageRequest.builder()
            .model("claude-sonnet-5")
            .maxTokens(100)
            .user("Tell me about rivers")
            .build();

    final ScriptedPeer peer;
    final LlmClient client;

    private ClientFixture(ScriptedPeer peer, Consumer<LlmClient.Builder> settings) {
        this(peer, client(peer.uri(""), settings));
    }

    private ClientFixture(ScriptedPeer peer, LlmClient client) {
        this.peer = peer;
        this.client = client;
    }

    /** A client of a vendor's provider, and a peer that speaks its wire. */
    static ClientFixture in(Wire wire, Consumer<LlmClient.Builder> settings, Script... scripts) {
        var peer = ScriptedPeer.serving(scripts);
        return new ClientFixture(peer, client(wire.at(peer.uri("")), settings));
    }

    /** A client of this provider, which gets the peer's address. */
    static ClientFixture through(
            Function<URI, Provider> provider, Consumer<LlmClient.Builder> settings, Script... scripts) {
        var peer = ScriptedPeer.serving(scripts);
        return new ClientFixture(peer, client(provider.apply(peer.uri("")), settings));
    }

    static ClientFixture in(Wire wire, Script... scripts) {
        return in(wire, settings -> {}, scripts);
    }

    static ClientFixture with(Script... scripts) {
        return new ClientFixture(ScriptedPeer.serving(scripts), settings -> {});
    }

    static ClientFixture with(Consumer<LlmClient.Builder> settings, Script... scripts) {
        return new ClientFixture(ScriptedPeer.serving(scripts), settings);
    }

    static ClientFixture with(Timeouts timeouts, Script... scripts) {
        return with(settings -> settings.timeouts(timeouts), scripts);
    }

    static LlmClient client(URI address, Consumer<LlmClient.Builder> settings) {
        return client(
                Claude.builder().apiKey("test-key").baseUrl(address.toString()).build(), settings);
    }

    static LlmClient client(Provider provider, Consumer<LlmClient.Builder> settings) {
        var builder = LlmClient.builder(provider);
        settings.accept(builder.resilience(Resilience.none()));
        return builder.build();
    }

    MessageStream stream() {
        return client.stream(REQUEST);
    }

    MessageStream stream(StreamController controller) {
        return client.stream(REQUEST, controller);
    }

    /** All events of a stream; and the exception that it ended with, or null. */
    record CollectedEvents(List<StreamEvent> events, RuntimeException failure) {}

    static CollectedEvents collect(MessageStream stream) {
        var events = new ArrayList<StreamEvent>();
        try {
            stream.forEach(events::add);
            return new CollectedEvents(events, null);
        } catch (RuntimeException e) {
            return new CollectedEvents(events, e);
        }
    }

    @Override
    public void close() {
        client.close();
        peer.close();
    }
}
