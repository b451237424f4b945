package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.Threads;
import java.net.ProxySelector;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** What the tests of a transport use: the transport itself, peers, and an end of both after each test. */
@Timeout(30)
public abstract class TransportFixture {
    /** How long a busy machine may take for what must happen at once. */
    protected static final Duration PROMPT = Duration.ofSeconds(3);

    protected static final Duration SOON = Duration.ofSeconds(5);

    private final List<AutoCloseable> open = new ArrayList<>();

    /** What a test asks for. */
    public record Setup(
            Duration connectTimeout,
            @Nullable SSLContext tls,
            @Nullable ProxySelector proxy) {
        Setup(@Nullable SSLContext tls) {
            this(Duration.ofSeconds(10), tls, null);
        }
    }

    /** The transport under test. */
    protected abstract HttpTransport transport(Setup setup);

    /** How the names of its threads begin. */
    protected abstract List<String> threadNames();

    @AfterEach
    public void closeAll() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    protected final HttpTransport transport() {
        return transport(new Setup(tls()));
    }

    protected final ScriptedPeer peer(Script... scripts) {
        SSLContext tls = tls();
        return closing(tls == null ? ScriptedPeer.serving(scripts) : ScriptedPeer.servingTls(tls, scripts));
    }

    /** What the peers speak TLS with; null if they speak plain HTTP. */
    protected @Nullable SSLContext tls() {
        return null;
    }

    protected final <T extends AutoCloseable> T closing(T one) {
        open.add(one);
        return one;
    }

    protected static TransportRequest get(ScriptedPeer peer) {
        return get(peer.uri("/"));
    }

    protected static TransportRequest get(URI uri) {
        return new TransportRequest("GET", uri, Map.of(), new byte[0]);
    }

    protected interface Action {
        void run() throws Exception;
    }

    protected static void assertPrompt(Action action) throws Exception {
        long start = System.nanoTime();
        action.run();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PROMPT);
    }

    protected final List<String> threads() {
        return threadNames().stream()
                .flatMap(prefix -> Threads.named(prefix).stream())
                .toList();
    }

    protected final void awaitNoThreads() {
        Awaitility.await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }
}
