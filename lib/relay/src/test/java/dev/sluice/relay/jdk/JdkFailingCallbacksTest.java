package dev.sluice.relay.jdk;

import dev.sluice.relay.http.FailingCallbacksContract;
import dev.sluice.relay.http.RelayEndpoint;
import java.io.IOException;
import java.net.InetSocketAddress;

class JdkFailingCallbacksTest extends FailingCallbacksContract {

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        JdkRelay relay = JdkRelay.start(mounted, new InetSocketAddress("127.0.0.1", 0), writeLimit);
        return new Server(relay.port(), relay);
    }
}
