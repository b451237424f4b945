package dev.sluice.transport;

import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.TestTls;
import java.util.List;
import javax.net.ssl.SSLContext;

/** The same promises over TLS, as in real life: with one more layer that could block or drain at the end. */
class JdkHttpTransportTlsTest extends HttpTransportContract {
    private static final SSLContext TLS = TestTls.context();

    @Override
    protected HttpTransport transport(Setup setup) {
        var builder = JdkHttpTransport.builder()
                .connectTimeout(setup.connectTimeout())
                .sslContext(setup.tls() == null ? TLS : setup.tls())
                .sslParameters(TLS.getDefaultSSLParameters());
        if (setup.proxy() != null) {
            builder.proxy(setup.proxy());
        }
        return closing(builder.build());
    }

    @Override
    protected ScriptedPeer serving(Script... scripts) {
        return ScriptedPeer.servingTls(TLS, scripts);
    }

    @Override
    protected List<String> threadNames() {
        return List.of("sluice-http-", "HttpClient-");
    }
}
