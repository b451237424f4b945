package dev.sluice.relay.jetty;

import dev.sluice.relay.http.RelayEndpoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** A refusal by Jetty itself has our form: a request that is no HTTP, say. */
final class JettyErrors implements Request.Handler {

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        JettyExchange.send(RelayEndpoint.refused(response.getStatus()), response, callback);
        return true;
    }
}
