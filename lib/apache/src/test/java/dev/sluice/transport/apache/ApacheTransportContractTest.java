package dev.sluice.transport.apache;

import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.HttpTransportContract;
import java.util.List;

class ApacheTransportContractTest extends HttpTransportContract {

    @Override
    protected HttpTransport transport(Setup setup) {
        var builder = ApacheHttpTransportTest.create(setup);
        if (tls() != null) {
            builder.sslParameters(tls().getDefaultSSLParameters());
        }
        return closing(builder.build());
    }

    @Override
    protected List<String> threadNames() {
        return ApacheHttpTransportTest.THREADS;
    }
}
