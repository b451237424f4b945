package dev.sluice.relay.http;

import dev.sluice.TimeSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A table of TCP connections, in Linux's form, that has what a test says. */
public final class ScriptedTcpTable {
    private static final String HEADER =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    private final Path file;

    /** A table without a connection. */
    public ScriptedTcpTable(Path file) throws IOException {
        this.file = file;
        write(HEADER);
    }

    /** A detector that reads this. */
    public HalfOpenDetector detector(Duration limit, TimeSource time) {
        return new HalfOpenDetector(new TcpTable(file), limit, time);
    }

    /** One connection, with so many segments in succession that its client did not acknowledge. */
    public void unanswered(InetSocketAddress local, InetSocketAddress remote, int count) throws IOException {
        write(HEADER
                + "   0: %s %s 01 000000DE:00000000 01:000000F4 %08X     0        0 298418 2 0000000039e42ee8 326 4 30 1 -1\n"
                        .formatted(address(local), address(remote), count));
    }

    void write(String content) throws IOException {
        Path next = Files.writeString(file.resolveSibling("next"), content);
        Files.move(next, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private static String address(InetSocketAddress address) {
        byte[] bytes = address.getAddress().getAddress();
        return "%08X:%04X"
                .formatted(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt(), address.getPort());
    }
}
