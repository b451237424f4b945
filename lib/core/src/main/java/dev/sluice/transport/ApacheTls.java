package dev.sluice.transport;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Shakes hands, with the JDK's check of the server's name. (Apache's reads the list of public suffixes for it: 10,000
 * names.)
 *
 * @param context whom to trust
 * @param parameters protocols and ciphers; null for the context's
 */
record ApacheTls(SSLContext context, @Nullable SSLParameters parameters) implements TlsSocketStrategy {

    @Override
    public SSLSocket upgrade(
            Socket socket, String host, int port, @Nullable Object attachment, @Nullable HttpContext exchange)
            throws IOException {
        var tls = (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true);
        SSLParameters chosen = tls.getSSLParameters(); // has the server's name
        if (parameters != null) {
            chosen.setProtocols(parameters.getProtocols());
            chosen.setCipherSuites(parameters.getCipherSuites());
            chosen.setAlgorithmConstraints(parameters.getAlgorithmConstraints());
        }
        chosen.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setSSLParameters(chosen);
        tls.startHandshake();
        return tls;
    }
}
