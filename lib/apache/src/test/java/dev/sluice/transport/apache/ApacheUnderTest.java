package dev.sluice.transport.apache;

import dev.sluice.test.peer.TransportUnderTest;
import dev.sluice.transport.HttpTransport;
import java.time.Duration;

/** Named as a service: the core's tests that this module runs are on this transport. */
public final class ApacheUnderTest implements TransportUnderTest {

    @Override
    public HttpTransport with(Duration connectTimeout) {
        return ApacheHttpTransport.builder().connectTimeout(connectTimeout).build();
    }
}
