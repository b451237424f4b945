package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.test.peer.TransportUnderTest;
import dev.sluice.transport.apache.ApacheHttpTransport;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * The classes of this package run the core's tests on Apache's transport. They are subclasses and the transport is no
 * parameter, because the core's tests cannot see this module: it names its transport as a service.
 */
class TransportUnderTestTest {

    @Test
    void theCoresTestsRunOnApachesTransportHere() {
        try (var transport = TransportUnderTest.create(Duration.ofSeconds(10))) {
            assertThat(transport).isInstanceOf(ApacheHttpTransport.class);
        }
    }
}
