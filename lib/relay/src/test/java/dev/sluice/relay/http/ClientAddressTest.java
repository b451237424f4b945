package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {

    private static String address(int proxies, String remote, String... forwarded) {
        var headers = Map.of("X-Forwarded-For", List.of(forwarded));
        return new ClientAddress(proxies).of(new RequestHead("GET", "/", "", headers, false, remote));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "192.0.2.1:8080, 192.0.2.1",
        "2001:db8:1:2:3:4:5:6, 20010db800010002::/64",
        "2001:db8:1:2::9, 20010db800010002::/64",
        "[2001:db8:1:2::9]:443, 20010db800010002::/64",
        "fe80::1%eth0, fe80000000000000::/64",
        "::ffff:192.0.2.1, 192.0.2.1",
        "unknown, unknown",
        "not:an:address, not:an:address",
    })
    void whatAClientCanChangeOfItsAddressDoesNotCount(String address, String name) {
        assertThat(address(0, address)).isEqualTo(name);
        assertThat(address(1, "10.0.0.1", address)).isEqualTo(name);
    }

    @Test
    void entriesThatTheClientMadeUpDoNotCount() {
        assertThat(address(0, "10.0.0.1", "1.1.1.1")).isEqualTo("10.0.0.1");
        assertThat(address(1, "10.0.0.1", "1.1.1.1, 2.2.2.2")).isEqualTo("2.2.2.2");
        assertThat(address(2, "10.0.0.1", "9.9.9.9,1.1.1.1", "2.2.2.2")).isEqualTo("1.1.1.1");
        assertThat(address(3, "10.0.0.1", "1.1.1.1, 2.2.2.2"))
                .as("it came past a proxy")
                .isEqualTo("10.0.0.1");
        assertThat(address(1, "10.0.0.1")).isEqualTo("10.0.0.1");
    }
}
