package dev.sluice.transport.apache;

import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.MalformedHeadsContract;
import java.util.List;

class ApacheMalformedHeadsTest extends MalformedHeadsContract {

    @Override
    protected HttpTransport transport(Setup setup) {
        return closing(ApacheHttpTransport.create());
    }

    @Override
    protected List<String> threadNames() {
        return List.of("sluice-open-");
    }
}
