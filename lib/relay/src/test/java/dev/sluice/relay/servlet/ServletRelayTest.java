package dev.sluice.relay.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.Session;
import dev.sluice.relay.http.RelayAuthenticator;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayServerFixture;
import dev.sluice.relay.http.ScriptedRun;
import dev.sluice.relay.http.WireClient;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the adapter for servlet containers promises beyond what all do. */
class ServletRelayTest extends RelayServerFixture {
    private String pattern = "/*";
    private boolean async = true;
    private boolean jetty;
    private Map<String, String> connector = Map.of();
    private Filter[] filters = {};

    @Override
    protected Server start(RelayEndpoint mounted) throws IOException {
        return jetty
                ? ServletRelays.jetty(mounted, writeLimit, null)
                : ServletRelays.tomcat(
                        ServletRelays.relay(mounted, writeLimit, null), pattern, connector, async, filters);
    }

    @Test
    void mayBeMappedToAnyPath() throws Exception {
        pattern = "/a/assistant/*";
        mount(builder -> builder.page("dev/sluice/relay/http/site", RelayServerFixture.class.getClassLoader()));
        String base = "/a/assistant";
        try (WireClient client = send("POST", base + "/api/v1/stream", BODY)) {
            assertThat(client.status()).isEqualTo(200);
            run().complete();
            assertThat(client.ids()).containsExactly("1");
            assertThat(get(base + path(client), client.cookie()).ids()).containsExactly("1");
        }
        assertThat(get(base + "/healthz").status()).isEqualTo(200);
        assertThat(get(base + "/").body()).contains("<title>A page</title>");
        WireClient page = get(base + "?x=%20y");
        assertThat(page.status()).isEqualTo(308);
        assertThat(page.header("location")).isEqualTo("/a/assistant/?x=%20y");
    }

    @Test
    void mayBeTheServletForEverythingElse() throws Exception {
        pattern = "/";
        mount();
        assertThat(get("/healthz").status()).isEqualTo(200);
        post().close();
    }

    /** The user whom a filter, or the container, has authenticated. */
    private static Filter signIn() {
        return (request, response, chain) -> {
            var http = (HttpServletRequest) request;
            String name = http.getHeader("X-User");
            chain.doFilter(
                    name == null
                            ? request
                            : new HttpServletRequestWrapper(http) {
                                @Override
                                public Principal getUserPrincipal() {
                                    return () -> name;
                                }
                            },
                    response);
        };
    }

    @Test
    void theUsersNameIsTheSession() throws Exception {
        filters = new Filter[] {signIn()};
        mount(builder -> builder.authenticator(RelayAuthenticator.user()));
        assertThat(send("POST", "/api/v1/stream", BODY).status()).isEqualTo(401);
        try (WireClient client = post("X-User: alice")) {
            assertThat(requests.take().session()).isEqualTo(new Session("alice"));
            assertThat(client.header("set-cookie")).isEmpty();
            run().complete();
            assertThat(get(path(client), "X-User: alice").ids()).containsExactly("1");
            assertThat(get(path(client), "X-User: bob").status()).isEqualTo(404);
        }
    }

    @Test
    void whoIsNobodyMayHaveACookie() throws Exception {
        filters = new Filter[] {signIn()};
        mount(builder -> builder.authenticator(RelayAuthenticator.userOr(RelayAuthenticator.cookie())));
        assertThat(post("X-User: alice").header("set-cookie")).isEmpty();
        assertThat(requests.take().session()).isEqualTo(new Session("alice"));
        try (WireClient client = post()) {
            assertThat(client.cookie()).startsWith("Cookie: sluice=");
            run().complete();
        }
    }

    @Test
    void aBodyThatDoesNotComeIsNotWaitedForLongerThanTheContainerSays() throws Exception {
        connector = Map.of("connectionTimeout", "100");
        mount();
        try (var client = new WireClient(port)) {
            client.raw(("POST /api/v1/stream HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 100\r\n\r\n{")
                    .getBytes(StandardCharsets.UTF_8));
            assertThat(client.status()).isEqualTo(408);
        }
        assertThat(requests).isEmpty();
    }

    @Test
    void streamsHoldNoneOfTheContainersThreads() throws Exception {
        settings.heartbeat(Duration.ofHours(1));
        connector = Map.of("maxThreads", "2", "minSpareThreads", "1");
        mount();
        var clients = new ArrayList<WireClient>();
        try (WireClient owner = post()) {
            clients.add(owner);
            for (int i = 0; i < 10; i++) {
                clients.add(get(path(owner), owner.cookie()));
            }
            run().step(1);
            for (WireClient client : clients) {
                assertThat(client.event()).containsEntry("id", "1");
            }
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void withoutAsynchronousRequestsNothingIsBegun() throws Exception {
        async = false;
        mount();
        assertThat(send("POST", "/api/v1/stream", BODY).status()).isEqualTo(500);
        assertThat(requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsLeftOfAClientThatIsGone(boolean inJetty) throws Exception {
        jetty = inJetty;
        settings.abandonAfter(Duration.ZERO);
        mount();
        WireClient client = post();
        ScriptedRun run = run();
        client.socket().setSoLinger(true, 0);
        client.close();
        for (int i = 0; i < 2000 && run.cancelled.getCount() > 0; i++) {
            run.step(i);
            run.cancelled.await(5, java.util.concurrent.TimeUnit.MILLISECONDS);
        }
        await(run.closed);
        Awaitility.await().until(() -> ServletRelays.connections.getAsLong() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsLeftOfAClientThatIsGoneBeforeItsResponseBegins(boolean inJetty) throws Exception {
        jetty = inJetty;
        settings.abandonAfter(Duration.ZERO);
        var arrived = new Semaphore(0);
        var gone = new Semaphore(0);
        RelayAuthenticator cookie = RelayAuthenticator.cookie();
        mount(builder -> builder.authenticator(head -> {
            arrived.release();
            gone.acquireUninterruptibly();
            return cookie.authenticate(head);
        }));
        for (int i = 0; i < 3; i++) {
            var client = new Socket("localhost", port);
            client.getOutputStream()
                    .write(("POST /api/v1/stream HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: " + BODY.length() + "\r\n\r\n" + BODY)
                            .getBytes(StandardCharsets.UTF_8));
            arrived.acquire();
            client.setSoLinger(true, 0);
            client.close();
            gone.release();
        }
        Awaitility.await().until(() -> ServletRelays.connections.getAsLong() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsLeftOfAClientThatWasCutOff(boolean inJetty) throws Exception {
        jetty = inJetty;
        settings.abandonAfter(Duration.ZERO).watcherBuffer(64 << 20);
        writeLimit = Duration.ofMillis(200);
        mount();
        try (WireClient client =
                WireClient.narrow(port).request("POST", "/api/v1/stream", BODY.getBytes(StandardCharsets.UTF_8))) {
            ScriptedRun run = run();
            for (int i = 0; i < 100_000 && run.cancelled.getCount() > 0; i++) {
                run.step(i);
            }
            await(run.closed);
            Awaitility.await().until(() -> ServletRelays.connections.getAsLong() == 0);
            assertThat(client.status()).isEqualTo(200);
        }
    }

    @Test
    void noNameIsLookedUp() {
        for (String name : List.of("localhost", "1.2.3", "1.2.3.4.5", "", "a.b.c.d", "::g")) {
            assertThat(PeerAddress.of(name, 80)).as(name).isNull();
        }
        assertThat(PeerAddress.of(null, 80)).isNull();
        assertThat(PeerAddress.of("192.0.2.1", -1)).isNull();
        assertThat(PeerAddress.of("192.0.2.1", 80).getAddress().getHostAddress())
                .isEqualTo("192.0.2.1");
        assertThat(PeerAddress.of("2001:db8::1", 80).getAddress().getHostAddress())
                .startsWith("2001:db8:");
    }
}
