package dev.sluice.relay.jetty;

import dev.sluice.relay.http.FuzzContract;
import dev.sluice.relay.http.RelayEndpoint;
import java.io.IOException;

/** What a hostile client gets. */
class JettyFuzzTest extends FuzzContract {

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        JettyRelay relay = JettyRelay.builder(mounted).writeLimit(writeLimit).start();
        return new Server(relay.port(), relay);
    }
}
