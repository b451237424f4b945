package dev.sluice.relay.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.TimeSource;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayServerFixture;
import dev.sluice.relay.http.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint may be mounted below any path of a server that is there already. */
class JdkContextPathTest extends RelayServerFixture {
    private String context = "/assistant";

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.createContext(context, JdkRelay.handler(mounted, Duration.ofSeconds(20), TimeSource.system()));
        server.start();
        return new Server(server.getAddress().getPort(), () -> {
            server.stop(0);
            threads.shutdownNow();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/assistant", "/assistant/", "/a/b"})
    void runsAreStartedAndResumedThere(String path) throws Exception {
        context = path;
        String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        mount();
        try (WireClient client = send("POST", base + "/api/v1/stream", BODY)) {
            assertThat(client.status()).isEqualTo(200);
            run().complete();
            assertThat(client.ids()).containsExactly("1");
            WireClient again = get(base + path(client), client.cookie());
            assertThat(again.ids()).containsExactly("1");
        }
        assertThat(get(base + "/healthz").status()).isEqualTo(200);
    }

    @Test
    void withoutItsLastSlashThePageIsElsewhere() throws Exception {
        mount(builder -> builder.page("dev/sluice/relay/http/site", getClass().getClassLoader()));
        WireClient client = get("/assistant?x=%20y");
        assertThat(client.status()).isEqualTo(308);
        assertThat(client.header("location")).isEqualTo("/assistant/?x=%20y");
        assertThat(client.header("x-content-type-options")).isEqualTo("nosniff");
    }

    @Test
    void aPathThatOnlyBeginsAlikeIsNone() throws Exception {
        mount(builder -> builder.page("dev/sluice/relay/http/site", getClass().getClassLoader()));
        assertThat(get("/assistants/").status()).isEqualTo(404);
        assertThat(get("/assistantindex.html").status()).isEqualTo(404);
        assertThat(get("/healthz").status()).isEqualTo(404);
    }
}
