package dev.sluice.client;

import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.apache.ApacheHttpTransport;

class HostileServerOnApacheTest extends HostileServerContract {
    @Override
    protected HttpTransport newTransport() {
        return ApacheHttpTransport.create();
    }
}
