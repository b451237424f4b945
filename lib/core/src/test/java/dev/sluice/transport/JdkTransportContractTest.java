package dev.sluice.transport;

import java.util.List;

class JdkTransportContractTest extends HttpTransportContract {

    @Override
    protected HttpTransport transport(Setup setup) {
        var builder = JdkHttpTransportTest.create(setup);
        if (tls() != null) {
            builder.sslParameters(tls().getDefaultSSLParameters());
        }
        return closing(builder.build());
    }

    @Override
    protected List<String> threadNames() {
        return JdkHttpTransportTest.THREADS;
    }
}
