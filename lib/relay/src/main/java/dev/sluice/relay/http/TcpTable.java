package dev.sluice.relay.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the kernel's table of TCP connections. Only Linux has one. Safe for use by any thread. */
final class TcpTable {
    /* The columns of proc_net_tcp(5), separated by spaces. */
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int RETRANSMITS = 6; // in hexadecimal
    private static final int PROBES = 8; // in decimal

    private final List<Path> files;

    /** A connection's two addresses. */
    record Connection(InetSocketAddress local, InetSocketAddress remote) {}

    TcpTable(Path... files) {
        this.files = List.of(files);
    }

    /** This machine's table. */
    static TcpTable system() {
        return new TcpTable(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    }

    /** Whether there is a table to read. */
    boolean isReadable() {
        return files.stream().anyMatch(Files::isReadable);
    }

    /**
     * Counts for each connection how often in succession the peer has not answered: neither a segment that was sent again nor
     * a probe for room. Connections whose peer answers are left out. Reads files; blocks for milliseconds.
     *
     * @throws IOException if the table cannot be read
     */
    Map<Connection, Integer> unanswered() throws IOException {
        var found = new HashMap<Connection, Integer>();
        for (Path file : files) {
            if (Files.isReadable(file)) { // a machine may have no IPv6
                read(file, found);
            }
        }
        return found;
    }

    private static void read(Path file, Map<Connection, Integer> found) throws IOException {
        try (var lines = Files.lines(file, StandardCharsets.US_ASCII)) {
            lines.skip(1).forEach(line -> {
                int count = Integer.parseInt(column(line, RETRANSMITS), 16) + Integer.parseInt(column(line, PROBES));
                if (count > 0) {
                    found.put(new Connection(address(column(line, LOCAL)), address(column(line, REMOTE))), count);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException(file + " is not as proc_net_tcp(5) says", e);
        }
    }

    /** One of a line's columns. There may be thousands of lines, so the others are not copied. */
    private static String column(String line, int index) {
        int start = 0;
        int end = 0;
        for (int i = 0; i <= index; i++) {
            start = end;
            while (line.charAt(start) == ' ') {
                start++;
            }
            int space = line.indexOf(' ', start);
            end = space < 0 ? line.length() : space;
        }
        return line.substring(start, end);
    }

    /** An address as the table has it: words of 32 bits in hexadecimal, each as this machine orders its bytes, and a port. */
    private static InetSocketAddress address(String text) {
        int colon = text.indexOf(':');
        var bytes = ByteBuffer.allocate(colon / 2).order(ByteOrder.nativeOrder());
        for (int i = 0; i < colon; i += 8) {
            bytes.putInt(Integer.parseUnsignedInt(text, i, i + 8, 16));
        }
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(bytes.array()), Integer.parseInt(text, colon + 1, text.length(), 16));
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }
}
