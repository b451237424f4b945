package dev.sluice.client;

import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.JdkHttpTransport;

class JdkHostileServerTest extends HostileServerContract {
    @Override
    protected HttpTransport newTransport() {
        return JdkHttpTransport.create();
    }
}
