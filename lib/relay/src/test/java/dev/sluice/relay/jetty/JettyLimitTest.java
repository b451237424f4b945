package dev.sluice.relay.jetty;

import dev.sluice.relay.http.LimitContract;
import dev.sluice.relay.http.RelayEndpoint;
import java.io.IOException;

class JettyLimitTest extends LimitContract {

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        JettyRelay relay = JettyRelay.builder(mounted).writeLimit(writeLimit).start();
        return new Server(relay.port(), relay);
    }
}
