package dev.sluice.relay.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.Relay;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jdk.JdkRelay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Browsers that all come back at once, after a deploy, are connected while the server has not accepted them yet. */
@EnabledOnOs(OS.LINUX) // which is asked to stop a process, and whose limit is 128 at least
final class AcceptQueueTest {
    private static final int BROWSERS = 120;

    @Test
    void moreThanFiftyConnectionsWaitForAServerThatIsBusy() throws Exception {
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AcceptQueueTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = server.inputReader(StandardCharsets.UTF_8)) {
            int jetty = Integer.parseInt(output.readLine());
            int jdk = Integer.parseInt(output.readLine());
            Process stop = new ProcessBuilder("kill", "-STOP", Long.toString(server.pid())).start();
            assertThat(stop.waitFor()).isZero();
            connect(jetty);
            connect(jdk);
        } finally {
            server.destroyForcibly();
            assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** The system connects as many as its queue holds; the next one waits in vain. */
    private static void connect(int port) throws IOException {
        List<Socket> browsers = new ArrayList<>();
        try {
            for (int i = 0; i < BROWSERS; i++) {
                var browser = new Socket();
                browsers.add(browser);
                browser.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
            }
        } finally {
            for (Socket browser : browsers) {
                browser.close();
            }
        }
    }

    /** The server: prints its ports, and ends with the test. */
    public static void main(String[] arguments) throws Exception {
        var endpoint = RelayEndpoint.builder(Relay.builder().build(), request -> {
                    throw new UnsupportedOperationException();
                })
                .build();
        System.out.println(JettyRelay.start(endpoint, 0).port());
        System.out.println(JdkRelay.start(endpoint, 0).port());
        System.in.read();
        Runtime.getRuntime().halt(0);
    }
}
