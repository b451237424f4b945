package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.Quota;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What one client can have of a server that many share: each limit with the clients that would get around it. */
@ParameterizedClass
@EnumSource(WebServer.class)
class LimitTest extends WebServerFixture {
    private static final String START = "/api/v1/stream";
    private static final String FORGED = "Cookie: sluice=" + "A".repeat(43);

    private int accepted(int requests, String... headers) throws Exception {
        int accepted = 0;
        for (int i = 0; i < requests; i++) {
            try (WireClient client = send("POST", START, BODY, headers)) {
                accepted += client.status() == 200 ? 1 : 0;
            }
        }
        return accepted;
    }

    @Test
    void anAddressStartsOnlySoOftenHoweverManySessionsItMakes() throws Exception {
        mount(builder -> builder.startLimit(5, Duration.ofHours(1)).startsPerAddress(7));
        assertThat(accepted(30)).isEqualTo(7);
        WireClient refused = send("POST", START, BODY);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.body()).contains("too_many_requests", "this address");
    }

    @Test
    void aForgedCookieIsNone() throws Exception {
        mount(builder -> builder.startLimit(1, Duration.ofHours(1)).startsPerAddress(3));
        List<String> sessions = new ArrayList<>();
        for (String signature : List.of("", "." + "A".repeat(43), ".", "." + "A".repeat(42))) {
            WireClient client = send("POST", START, BODY, FORGED + signature);
            sessions.add(client.header("set-cookie"));
            assertThat(client.status()).isEqualTo(sessions.size() <= 3 ? 200 : 429);
        }
        assertThat(sessions.subList(0, 3)).doesNotHaveDuplicates().allMatch(cookie -> !cookie.contains("A".repeat(43)));
    }

    @Test
    void aCookieOfAnotherSessionsSignatureIsForged() throws Exception {
        mount();
        String one = post().cookie();
        String other = post().cookie();
        String mixed = one.substring(0, one.indexOf('.')) + other.substring(other.indexOf('.'));
        assertThat(send("POST", START, BODY, one).header("set-cookie")).isEmpty();
        assertThat(send("POST", START, BODY, mixed).header("set-cookie")).isNotEmpty();
    }

    @Test
    void anAddressHasOnlySoManyStreamsHoweverManySessionsItMakes() throws Exception {
        settings.streams(new Quota(2, 5, 100));
        mount();
        var open = new ArrayList<WireClient>();
        for (int i = 0; i < 5; i++) {
            open.add(post());
        }
        WireClient refused = send("POST", START, BODY);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("retry-after")).isNotEmpty();
        assertThat(refused.body()).contains("too_many_streams", "from this address");
        run().complete();
        Awaitility.await().until(() -> relay.running() == 4);
        post();
    }

    @Test
    void theRelayHasOnlySoManyStreams() throws Exception {
        settings.streams(new Quota(5, 5, 1));
        mount();
        post();
        WireClient refused = send("POST", START, BODY);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains("unavailable", "as many as it may");
    }

    @Test
    void watchersAreBoundedAndThoseThatLeaveMakeRoom() throws Exception {
        settings.watchers(new Quota(3, 4, 100));
        mount();
        WireClient first = post();
        String cookie = first.cookie();
        WireClient second = get(path(first), cookie);
        WireClient third = get(path(first), cookie);
        assertThat(List.of(second.status(), third.status())).containsOnly(200);
        Awaitility.await().until(() -> relay.watching() == 3); // a head is sent before its watcher is counted
        WireClient refused = get(path(first), cookie);
        assertThat(refused.body()).contains("too_many_streams", "of this session");
        assertThat(send("POST", START, BODY, cookie).status())
                .as("a run that its caller could not watch")
                .isEqualTo(429);
        run().complete();
        Awaitility.await().until(() -> relay.watching() == 0);
        assertThat(get(path(first), cookie).status()).isEqualTo(200);
    }

    @Test
    void whereARequestComesFromIsNotWhatTheClientSays() throws Exception {
        mount(builder -> builder.startsPerAddress(2));
        int accepted = 0;
        for (int i = 0; i < 10; i++) {
            accepted += accepted(1, "X-Forwarded-For: 192.0.2." + i, "Forwarded: for=192.0.2." + i);
        }
        assertThat(accepted).isEqualTo(2);
    }

    @Test
    void butWhatATrustedProxySays() throws Exception {
        mount(builder -> builder.startsPerAddress(2).trustedProxies(1));
        for (int i = 0; i < 3; i++) {
            assertThat(accepted(3, "X-Forwarded-For: 198.51.100.7, 192.0.2." + i))
                    .isEqualTo(2);
        }
        assertThat(accepted(1, "X-Forwarded-For: 203.0.113.1, 192.0.2.1"))
                .as("the client's own entry")
                .isZero();
    }

    /** A start that is repeated is free, but not what it sends; each of these would hold a body of a mebibyte. */
    @Test
    void anAddressHasOnlySoManyBodiesUnderWayEvenOfAStartThatIsRepeated() throws Exception {
        mount();
        WireClient first = post("Idempotency-Key: k");
        String head = "POST " + START + " HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n" + first.cookie()
                + "\r\nIdempotency-Key: k\r\nContent-Length: 1000\r\n\r\n{";
        var unfinished = new ArrayList<WireClient>();
        for (int i = 0; i < 20; i++) {
            var client = new WireClient(port);
            unfinished.add(client);
            client.socket().getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        }
        Awaitility.await().untilAsserted(() -> {
            WireClient refused = send("POST", START, BODY, first.cookie(), "Idempotency-Key: k");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.body()).contains("requests being read or started of this session");
        });
        for (WireClient client : unfinished) {
            client.close();
        }
        Awaitility.await()
                .until(() -> send("POST", START, BODY, first.cookie(), "Idempotency-Key: k")
                                .status()
                        == 200);
    }
}
