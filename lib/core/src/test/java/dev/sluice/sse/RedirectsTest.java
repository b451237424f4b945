package dev.sluice.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the Fetch standard for redirects, and ours for keys. */
class RedirectsTest {
    private static final Map<String, String> HEADERS = Map.of(
            "Accept", "text/event-stream",
            "Authorization", "Bearer secret",
            "Cookie", "secret",
            "X-Api-Key", "secret",
            "Content-Type", "text/plain");

    private static TransportRequest request(String method, String uri) {
        return new TransportRequest(method, URI.create(uri), HEADERS, "body".getBytes(UTF_8));
    }

    private static TransportResponse response(int status, String... location) {
        return new TransportResponse(status, Map.of("location", List.of(location)), InputStream.nullInputStream());
    }

    @ParameterizedTest
    @CsvSource({
        "GET, 301, GET", "GET, 302, GET", "GET, 303, GET", "GET, 307, GET", "GET, 308, GET",
        "POST, 301, GET", "POST, 302, GET", "POST, 303, GET", "POST, 307, POST", "POST, 308, POST",
        "REPORT, 301, REPORT", "REPORT, 302, REPORT", "REPORT, 303, GET", "REPORT, 307, REPORT", "REPORT, 308, REPORT"
    })
    void theMethodAndWithItTheBodyAreKeptOrNotAsTheStatusSays(String method, int status, String then) {
        TransportRequest next = Redirects.follow(request(method, "http://a/x"), response(status, "/y"));
        assertThat(next.method()).isEqualTo(then);
        boolean kept = method.equals(then);
        assertThat(new String(next.body(), UTF_8)).isEqualTo(kept ? "body" : "");
        assertThat(next.headers().containsKey("Content-Type")).isEqualTo(kept);
        assertThat(next.headers()).containsKeys("Accept", "Authorization");
    }

    @ParameterizedTest
    @CsvSource({
        "http://a/x/y?q=1, /z, http://a/z",
        "http://a/x/y?q=1, z, http://a/x/z",
        "http://a/x/y?q=1, ?q=2, http://a/x/y?q=2",
        "http://a, z, http://a/z",
        "http://a, ?q=2, http://a/?q=2",
        "http://a:8080/x, //b/y, http://b/y",
        "http://a/x, https://b:444/y, https://b:444/y",
        "http://a/x, ' /z ', http://a/z",
        "http://a/x/y/z, ../w, http://a/x/w"
    })
    void theAddressIsResolvedAsRfc3986Says(String from, String location, String to) {
        assertThat(Redirects.follow(request("GET", from), response(307, location))
                        .uri())
                .isEqualTo(URI.create(to));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://a/y", "http://A/y", "http://a:80/y", "HTTP://a/y"})
    void theSameOriginKeepsAllHeaders(String to) {
        assertThat(Redirects.follow(request("GET", "http://a/x"), response(302, to))
                        .headers())
                .isEqualTo(HEADERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://a/y", "http://b/y", "http://a:8080/y", "http://a.b/y"})
    void anotherOriginIsToldNoKey(String to) {
        TransportRequest there = Redirects.follow(request("GET", "http://a/x"), response(302, to));
        assertThat(there.headers()).containsOnlyKeys("Accept", "Content-Type");
        TransportRequest back = Redirects.follow(there, response(302, "https://a/x"));
        assertThat(back.headers()).containsOnlyKeys("Accept", "Content-Type");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "ftp://a/",
                "file:///etc/passwd",
                "http:///x",
                "http:x",
                "http://a/secret y",
                "/\u00e9",
                "http://[secret",
                "mailto:x"
            })
    void whatIsNoAddressIsNotFollowedNorRepeated(String location) {
        assertThatThrownBy(() -> Redirects.follow(request("GET", "http://a/x?secret"), response(301, location)))
                .isInstanceOf(ProtocolError.class)
                .hasMessageContaining("The server redirected GET http://a/x with status 301")
                .hasMessageNotContaining("secret");
    }

    @Test
    void httpsIsNeverLeftForHttp() {
        assertThatThrownBy(() -> Redirects.follow(request("GET", "https://a/x"), response(301, "http://a/x")))
                .isInstanceOf(ProtocolError.class)
                .hasMessageContaining("from https to http");
    }

    @Test
    void aRedirectWithoutAnAddressSaysSo() {
        var nowhere = new TransportResponse(307, Map.of(), InputStream.nullInputStream());
        assertThatThrownBy(() -> Redirects.follow(request("GET", "http://a/x"), nowhere))
                .hasMessageContaining("did not say where to");
    }
}
