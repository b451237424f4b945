package dev.sluice.transport;

import java.util.List;

class JdkMalformedHeadsTest extends MalformedHeadsContract {

    @Override
    protected HttpTransport transport(Setup setup) {
        return closing(JdkHttpTransport.create());
    }

    @Override
    protected List<String> threadNames() {
        return List.of("sluice-http-", "HttpClient-");
    }
}
