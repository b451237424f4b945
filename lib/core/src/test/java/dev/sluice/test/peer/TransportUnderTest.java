package dev.sluice.test.peer;

import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.JdkHttpTransport;
import java.time.Duration;
import java.util.ServiceLoader;

/**
 * Makes the transport that streams are tested on: the JDK's, unless the module that runs the tests names another one as a
 * service. So the tests of one module run on the transport of the next.
 */
public interface TransportUnderTest {

    /** {@return a new transport, to be closed by the test} */
    static HttpTransport create(Duration connectTimeout) {
        return ServiceLoader.load(TransportUnderTest.class)
                .findFirst()
                .orElse(limit ->
                        JdkHttpTransport.builder().connectTimeout(limit).build())
                .with(connectTimeout);
    }

    /** {@return a new transport with this connect timeout} */
    HttpTransport with(Duration connectTimeout);
}
