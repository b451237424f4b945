package dev.sluice.relay.jdk;

import dev.sluice.relay.http.FuzzContract;
import dev.sluice.relay.http.RelayEndpoint;
import java.io.IOException;
import java.net.InetSocketAddress;

/** What a hostile client gets. */
class JdkFuzzTest extends FuzzContract {

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        JdkRelay relay = JdkRelay.start(mounted, new InetSocketAddress("127.0.0.1", 0), writeLimit);
        return new Server(relay.port(), relay);
    }

    @Override
    protected boolean isServersOwn(String body) {
        return body.matches("<h1>(400|404|501) .*");
    }
}
