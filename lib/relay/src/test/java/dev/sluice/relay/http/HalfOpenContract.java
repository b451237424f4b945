package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.FakeTime;
import dev.sluice.relay.RelayListener;
import dev.sluice.relay.RelayListener.Departure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client whose machine lost power or network is noticed, although each write succeeds. The kernel's part is scripted, since
 * nobody but root can lose a packet; {@code docs/relay.md} has what was measured with real ones.
 */
public abstract class HalfOpenContract extends RelayServerFixture {
    @TempDir
    Path directory;

    private final FakeTime time = new FakeTime();
    private final List<Departure> left = new CopyOnWriteArrayList<>();
    private ScriptedTcpTable table;
    protected HalfOpenDetector halfOpen;

    @BeforeEach
    void prepare() throws IOException {
        table = new ScriptedTcpTable(directory.resolve("tcp"));
        halfOpen = table.detector(Duration.ofSeconds(20), time);
        settings.abandonAfter(Duration.ZERO).listener(new RelayListener() {
            @Override
            public void left(Departure why) {
                left.add(why);
            }
        });
    }

    private void vanish(WireClient client) throws IOException {
        Socket socket = client.socket();
        table.unanswered(
                (InetSocketAddress) socket.getRemoteSocketAddress(),
                (InetSocketAddress) socket.getLocalSocketAddress(),
                4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatVanishedIsGoneWithinTheLimitWhetherItIsToldSomethingOrNot(boolean events) throws Exception {
        mount();
        try (WireClient client = post()) {
            ScriptedRun run = run();
            run.step(1);
            client.event();
            vanish(client);
            for (int second = 0; second < 20; second++) {
                assertThat(left).isEmpty();
                if (events) {
                    run.step(2 + second);
                }
                time.advance(Duration.ofSeconds(1));
            }
            Awaitility.await().until(() -> {
                time.advance(Duration.ofSeconds(1));
                return run.cancelled.getCount() == 0;
            });
            assertThat(left).containsExactly(Departure.GONE);
        }
    }

    @Test
    void aStreamThatEndedIsNotWatched() throws Exception {
        mount();
        try (WireClient client = post()) {
            ScriptedRun run = run();
            Awaitility.await().until(() -> halfOpen.watching() == 1);
            run.complete();
            client.ids();
            Awaitility.await().until(() -> halfOpen.watching() == 0);
            Awaitility.await().until(() -> !left.isEmpty());
            assertThat(left).containsExactly(Departure.WRITTEN);
        }
    }
}
