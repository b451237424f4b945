package dev.sluice.test.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A listening socket that accepts nothing and whose backlog is full. Linux drops a SYN for such a socket, so that a
 * client waits in {@code connect} until it gives up.
 */
public final class UnreachablePeer implements AutoCloseable {
    private final ServerSocket server;
    private final List<SocketChannel> fill = new ArrayList<>();

    private UnreachablePeer(ServerSocket server) {
        this.server = server;
    }

    static UnreachablePeer start() {
        try {
            var peer = new UnreachablePeer(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            for (int i = 0; i < 8; i++) { // backlog 1 takes two; a few more are in need of nothing but patience
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.bind(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // its port is known from now on
                channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), peer.port()));
                peer.fill.add(channel);
            }
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The address of a path that nobody ever answers. */
    public URI uri(String path) {
        return URI.create("http://localhost:" + port() + path);
    }

    /** The port. */
    public int port() {
        return server.getLocalPort();
    }

    /** How many sockets of this machine wait for this address to answer, the ones that fill the backlog aside. */
    public int connecting() {
        try {
            var fillers = new HashSet<Integer>();
            for (SocketChannel channel : fill) {
                fillers.add(((InetSocketAddress) channel.getLocalAddress()).getPort());
            }
            // Sockets in state SYN_SENT by their remote port, as Linux lists them.
            Pattern row = Pattern.compile("(?m)^ *\\d+: [0-9A-F]+:([0-9A-F]+) [0-9A-F]+:%04X 02 .*$".formatted(port()));
            long count = 0;
            for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
                if (Files.exists(Path.of(table))) {
                    count += row.matcher(Files.readString(Path.of(table)))
                            .results()
                            .filter(socket -> !fillers.contains(Integer.parseInt(socket.group(1), 16)))
                            .count();
                }
            }
            return Math.toIntExact(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            for (SocketChannel channel : fill) {
                channel.close();
            }
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
