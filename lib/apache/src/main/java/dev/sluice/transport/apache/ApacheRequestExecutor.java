package dev.sluice.transport.apache;

import dev.sluice.transport.HttpTransport.NoResponseException;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** Sends a request and receives the head; notices when the connection ended before a byte of it. */
final class ApacheRequestExecutor extends HttpRequestExecutor {
    /** As many as the JDK's client takes. */
    private static final int INTERIM_RESPONSES = 8;

    @Override
    public ClassicHttpResponse execute(
            ClassicHttpRequest request,
            HttpClientConnection connection,
            @Nullable HttpResponseInformationCallback clients,
            HttpContext context)
            throws IOException, HttpException {
        EndpointDetails details = connection.getEndpointDetails(); // continues to count when the connection is closed
        long before = details.getReceivedBytesCount();
        var interim = new int[1];
        try {
            return super.execute(
                    request,
                    connection,
                    (response, from, within) -> {
                        if (++interim[0] > INTERIM_RESPONSES) {
                            throw new ProtocolException("more than " + INTERIM_RESPONSES + " interim responses");
                        }
                        if (clients != null) {
                            clients.execute(response, from, within);
                        }
                    },
                    context);
        } catch (SSLException e) {
            throw e;
        } catch (IOException e) {
            if (details.getReceivedBytesCount() == before) {
                throw new NoResponseException("The connection ended before a response began", e);
            }
            throw e;
        }
    }
}
