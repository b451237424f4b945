package dev.sluice.client;

import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Clients of scripted peers, the failover over them, and what they reported. */
final class FailoverFixture implements AutoCloseable {
    static final MessageRequest REQUEST = ClientFixture.REQUEST;

    final List<ScriptedPeer> peers = new ArrayList<>();
    final List<LlmClient> clients = new ArrayList<>();

    /** What the clients reported, of all. */
    final List<StreamReport> parts = new CopyOnWriteArrayList<>();

    /** What the failover reported. */
    final List<StreamReport> wholes = new CopyOnWriteArrayList<>();

    LlmClient client;

    /** Adds a client of Claude; {@code claude-sonnet-5} takes no prefill. */
    FailoverFixture claude(Script... scripts) {
        return claude(settings -> {}, scripts);
    }

    FailoverFixture claude(Consumer<LlmClient.Builder> settings, Script... scripts) {
        var peer = peer(scripts);
        return add(
                LlmClient.builder(
                        Claude.builder().apiKey("k").baseUrl(peer.uri("")).build()),
                "claude-sonnet-5",
                settings);
    }

    /** Adds a client of OpenAI's chat completions. */
    FailoverFixture openAi(Script... scripts) {
        return openAi(settings -> {}, scripts);
    }

    FailoverFixture openAi(Consumer<LlmClient.Builder> settings, Script... scripts) {
        var peer = peer(scripts);
        return add(
                LlmClient.builder(OpenAi.chatCompletions()
                        .apiKey("k")
                        .baseUrl(peer.uri("/v1"))
                        .build()),
                "gpt-5.4",
                settings);
    }

    private ScriptedPeer peer(Script... scripts) {
        var peer = ScriptedPeer.serving(scripts);
        peers.add(peer);
        return peer;
    }

    private FailoverFixture add(LlmClient.Builder builder, String model, Consumer<LlmClient.Builder> settings) {
        settings.accept(builder.model(model).resilience(Resilience.none()).onEnd(parts::add));
        clients.add(builder.build());
        return this;
    }

    FailoverFixture build() {
        return build(settings -> {});
    }

    FailoverFixture midAnswer() {
        return build(Failover.Builder::midAnswer);
    }

    FailoverFixture build(Consumer<Failover.Builder> settings) {
        var builder = Failover.builder(
                clients.getFirst(), clients.subList(1, clients.size()).toArray(LlmClient[]::new));
        settings.accept(builder.onEnd(wholes::add));
        client = builder.build();
        return this;
    }

    MessageStream stream() {
        return client.stream(REQUEST);
    }

    /** How many requests each peer has got. */
    List<Integer> requests() {
        return peers.stream().map(peer -> peer.requests().size()).toList();
    }

    @Override
    public void close() {
        client.close();
        clients.forEach(LlmClient::close);
        peers.forEach(ScriptedPeer::close);
    }
}
