package dev.sluice.examples.tools;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The addresses that lead to the public Internet, by the IANA's registries of special-purpose addresses. Not those of this
 * machine, of its network, of a carrier's, of a link, of a group, of documentation, or that carry another address in them.
 */
final class PublicAddresses {
    private static final List<Range> NOT_PUBLIC_V4 = ranges(
            "0.0.0.0/8", // this network
            "10.0.0.0/8", // private
            "100.64.0.0/10", // a carrier's own (CGNAT)
            "127.0.0.0/8", // loopback
            "169.254.0.0/16", // link-local, and the metadata services of clouds
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // relays from 6to4
            "192.168.0.0/16", // private
            "198.18.0.0/15", // measurements
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/3"); // groups, reserved, broadcast

    /** All that has been given out. What lies outside is loopback, mapped or translated IPv4, ULA, link-local, groups. */
    private static final Range GLOBAL_V6 = Range.of("2000::/3");

    private static final List<Range> NOT_PUBLIC_V6 = ranges(
            "2001::/23", // protocol assignments, Teredo among them
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4: an IPv4 address, any
            "3fff::/20"); // documentation

    private PublicAddresses() {}

    static boolean contains(InetAddress address) {
        return address instanceof Inet4Address
                ? NOT_PUBLIC_V4.stream().noneMatch(range -> range.contains(address))
                : GLOBAL_V6.contains(address) && NOT_PUBLIC_V6.stream().noneMatch(range -> range.contains(address));
    }

    private static List<Range> ranges(String... ranges) {
        return Stream.of(ranges).map(Range::of).toList();
    }

    /** All addresses that begin with the same bits. */
    private record Range(byte[] first, int bits) {

        static Range of(String text) {
            int slash = text.indexOf('/');
            try {
                // A literal, so nobody is asked.
                byte[] first = InetAddress.getByName(text.substring(0, slash)).getAddress();
                return new Range(first, Integer.parseInt(text.substring(slash + 1)));
            } catch (UnknownHostException e) {
                throw new IllegalStateException(text, e);
            }
        }

        boolean contains(InetAddress address) {
            byte[] other = address.getAddress();
            int whole = bits / 8;
            int mask = 0xff00 >> bits % 8 & 0xff;
            return other.length == first.length
                    && Arrays.equals(other, 0, whole, first, 0, whole)
                    && (mask == 0 || (other[whole] & mask) == (first[whole] & mask));
        }
    }
}
