package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {
    private static final List<String> HERE = List.of("127.0.0.1", "127.1.2.3", "[0:0:0:0:0:0:0:1]", "[::1]", "::1%lo");
    private static final List<String> ELSEWHERE = List.of("192.168.1.7", "[2001:db8::1]", "[0:0:0:0:0:0:0:12]", "::12");

    private static boolean passes(AllowedHosts hosts, String host, String remote) {
        var head = new RequestHead("GET", "/", "", Map.of("Host", List.of(host)), false, remote);
        try {
            hosts.check(head);
            return true;
        } catch (Problem e) {
            assertThat(e.status()).isEqualTo(403);
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LocalHost:8080", "127.0.0.1", "10.0.0.7:80", "[::1]", "[::1]:8080", "[2001:DB8::7]"
            })
    void anAddressIsAlwaysRight(String host) {
        for (var hosts : List.of(new AllowedHosts(List.of()), new AllowedHosts(List.of("chat.example")))) {
            HERE.forEach(remote -> assertThat(passes(hosts, host, remote)).isTrue());
            ELSEWHERE.forEach(remote -> assertThat(passes(hosts, host, remote)).isTrue());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "127.0.0.1.evil.example",
                "localhost.evil.example",
                "1.2.3.4.5",
                "[evil]",
                "localhost:80:80",
                "evil",
                ""
            })
    void aNameIsWrongFromThisMachineUnlessItIsNamed(String host) {
        HERE.forEach(remote ->
                assertThat(passes(new AllowedHosts(List.of()), host, remote)).isFalse());
        ELSEWHERE.forEach(remote ->
                assertThat(passes(new AllowedHosts(List.of()), host, remote)).isTrue());
    }

    @Test
    void ifNamesAreNamedTheyAreAllThereAre() {
        var hosts = new AllowedHosts(List.of("Chat.example", "other.example"));
        for (String remote : List.of("127.0.0.1", "192.168.1.7")) {
            assertThat(passes(hosts, "chat.EXAMPLE:443", remote)).isTrue();
            assertThat(passes(hosts, "other.example", remote)).isTrue();
            assertThat(passes(hosts, "evil.example", remote)).isFalse();
            assertThat(passes(hosts, "a.chat.example", remote)).isFalse();
            assertThat(passes(hosts, "chat.example.", remote)).isFalse();
        }
    }

    @Test
    void whoNamesNoHostIsNoBrowser() {
        new AllowedHosts(List.of()).check(new RequestHead("GET", "/", "", Map.of(), false, "127.0.0.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://chat.example", "chat.example:443", "", "*.example", "a/b"})
    void whatIsNoNameIsRefused(String name) {
        assertThatThrownBy(() -> new AllowedHosts(List.of(name)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowedHosts");
    }
}
