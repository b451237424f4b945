package dev.sluice.relay.snippets;

import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.RunSource;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jetty.JettyRelay;
import dev.sluice.tools.Tool;
import java.io.IOException;

/** For the type that a program begins with. */
final class Snippets {
    private Snippets() {}

    static JettyRelay relay(LlmClient client, MessageRequest request, Tool tool, int port) throws IOException {
        // @start region="relay"
        RunFactory runs = asked -> RunSource.of(client.run(
                request.toBuilder().conversation(asked.conversation()).build(), tool));
        Relay relay = Relay.builder().build();
        RelayEndpoint endpoint = RelayEndpoint.builder(relay, runs).build();
        JettyRelay server = JettyRelay.start(endpoint, port); // and close() it at the end: watchers are told
        // @end
        return server;
    }
}
