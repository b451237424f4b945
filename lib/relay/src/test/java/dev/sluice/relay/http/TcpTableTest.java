package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TcpTableTest {
    @TempDir
    Path directory;

    /** As a kernel wrote it, on a machine whose bytes are in the order of x86. */
    @Test
    void readsAddressesAndWhatIsUnanswered() throws Exception {
        var table = new TcpTable(directory.resolve("tcp6"), directory.resolve("there is none"));
        assertThat(table.isReadable()).isFalse();
        new ScriptedTcpTable(directory.resolve("tcp6")).write("""
              sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0000000000000000FFFF00000101090A:232C 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 298395 1 00000000bc6c6d2c 100 0 0 10 0
               8: 0000000000000000FFFF00000101090A:2328 0000000000000000FFFF00000201090A:DA28 01 000000DE:00000000 01:000000F8 0000000C     0        1 298390 2 000000005cec6d9d 326 4 30 1 -1
               9: 00000000000000000000000001000000:232B 00000000000000000000000001000000:9C1C 01 00000000:00000000 00:00000000 00000000     0        2 298394 1 0000000023d6e927 20 4 30 13 -1
            """);
        assertThat(table.isReadable()).isTrue();
        if (java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN) {
            assertThat(table.unanswered())
                    .isEqualTo(Map.of(
                            connection("10.9.1.1", 9000, "10.9.1.2", 0xDA28), 13,
                            connection("::1", 9003, "::1", 0x9C1C), 2));
        }
    }

    private static TcpTable.Connection connection(String local, int localPort, String remote, int remotePort) {
        return new TcpTable.Connection(
                new InetSocketAddress(local, localPort), new InetSocketAddress(remote, remotePort));
    }

    /** A server that accepts nobody leaves connections unanswered, once its backlog is full. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void seesARealConnectionThatIsNotAnswered() throws Exception {
        var opened = new ArrayList<SocketChannel>();
        try (var server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            var there = (InetSocketAddress) server.getLocalAddress();
            for (int i = 0; i < 5; i++) {
                SocketChannel channel = SocketChannel.open();
                opened.add(channel);
                channel.configureBlocking(false);
                channel.connect(there);
            }
            await().untilAsserted(
                            () -> assertThat(TcpTable.system().unanswered().keySet())
                                    .anyMatch(connection -> connection.remote().equals(there)));
        } finally {
            for (SocketChannel channel : opened) {
                channel.close();
            }
        }
    }
}
