package dev.sluice.relay.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The name by which a client's address is counted. An IPv6 address is counted by its first 64 bits, because a client has all
 * addresses that share them.
 *
 * <p>Without trusted proxies it is the peer's address. With n of them it is the n-th last entry of
 * {@code X-Forwarded-For}. Each proxy appends the address of its own peer, so entries further left can be forged.
 */
final class ClientAddress {
    private static final int NETWORK_BYTES = 8;

    private final int trustedProxies;

    ClientAddress(int trustedProxies) {
        this.trustedProxies = trustedProxies;
    }

    String of(RequestHead head) {
        List<String> hops = head.headers().getOrDefault("x-forwarded-for", List.of()).stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::strip)
                .toList();
        boolean forwarded = trustedProxies > 0 && hops.size() >= trustedProxies;
        return network(withoutPort(forwarded ? hops.get(hops.size() - trustedProxies) : head.remote()));
    }

    private static String withoutPort(String hop) {
        if (hop.startsWith("[")) {
            int end = hop.indexOf(']');
            return hop.substring(1, end < 0 ? hop.length() : end);
        }
        int colon = hop.indexOf(':');
        return colon >= 0 && colon == hop.lastIndexOf(':') ? hop.substring(0, colon) : hop;
    }

    private static String network(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        int zone = address.indexOf('%');
        try { // in brackets, so that nothing is looked up
            InetAddress parsed = InetAddress.getByName("[" + (zone < 0 ? address : address.substring(0, zone)) + "]");
            return parsed instanceof Inet6Address
                    ? HexFormat.of().formatHex(parsed.getAddress(), 0, NETWORK_BYTES) + "::/64"
                    : parsed.getHostAddress();
        } catch (UnknownHostException e) {
            return address;
        }
    }
}
