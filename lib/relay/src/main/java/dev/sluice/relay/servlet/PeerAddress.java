package dev.sluice.relay.servlet;

import jakarta.servlet.ServletRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** The two ends of a request's connection. No name is looked up: a filter may have put there what a client says. */
final class PeerAddress {
    private PeerAddress() {}

    /** The server's end; null if it is no address. */
    static @Nullable InetSocketAddress local(ServletRequest request) {
        return of(request.getLocalAddr(), request.getLocalPort());
    }

    /** The client's end, or its proxy's; null if it is no address. */
    static @Nullable InetSocketAddress remote(ServletRequest request) {
        return of(request.getRemoteAddr(), request.getRemotePort());
    }

    static @Nullable InetSocketAddress of(@Nullable String address, int port) {
        if (address == null || port < 0) {
            return null;
        }
        try {
            InetAddress parsed = address.indexOf(':') >= 0
                    ? InetAddress.getByName(address.startsWith("[") ? address : "[" + address + "]")
                    : InetAddress.getByAddress(fourBytes(address));
            return new InetSocketAddress(parsed, port);
        } catch (UnknownHostException | NumberFormatException e) {
            return null;
        }
    }

    private static byte[] fourBytes(String address) {
        String[] parts = address.split("\\.", -1);
        var bytes = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = (byte) Integer.parseInt(parts[i]);
        }
        return bytes;
    }
}
