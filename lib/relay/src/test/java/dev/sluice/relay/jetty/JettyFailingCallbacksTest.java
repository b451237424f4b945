package dev.sluice.relay.jetty;

import dev.sluice.relay.http.FailingCallbacksContract;
import dev.sluice.relay.http.RelayEndpoint;
import java.io.IOException;

class JettyFailingCallbacksTest extends FailingCallbacksContract {

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        JettyRelay relay = JettyRelay.builder(mounted).writeLimit(writeLimit).start();
        return new Server(relay.port(), relay);
    }
}
