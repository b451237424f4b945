package dev.sluice.test.peer;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/** The JDK's lookup of names, save for each {@link HangingHostName}. The JDK finds it through {@code META-INF/services}. */
public final class TestNames extends InetAddressResolverProvider {

    @Override
    public String name() {
        return "names for tests";
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver real = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                HangingHostName hanging = HangingHostName.of(host);
                if (hanging != null && hanging.hang()) {
                    return Stream.of(InetAddress.getLoopbackAddress());
                } else if (hanging != null) {
                    throw new UnknownHostException(host);
                }
                return real.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return real.lookupByAddress(address);
            }
        };
    }
}
