package dev.sluice.stream;

import dev.sluice.transport.ApacheHttpTransport;
import dev.sluice.transport.HttpTransport;

class ApacheHostileServerTest extends HostileServerContract {
    @Override
    protected HttpTransport newTransport() {
        return ApacheHttpTransport.create();
    }
}
