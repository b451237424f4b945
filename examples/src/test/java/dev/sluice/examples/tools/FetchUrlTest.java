package dev.sluice.examples.tools;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.examples.tools.FetchUrl.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server on the loopback address, which only these tests allow, under names that only they know. */
@Timeout(value = 60, unit = SECONDS)
class FetchUrlTest {
    private static final int MOST = 50_000;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> lookedUp = new CopyOnWriteArrayList<>();
    private final Map<String, List<String>> names = new HashMap<>();
    private final RecordingToolContext reported = new RecordingToolContext();
    private HttpServer server;
    private int port;

    @BeforeEach
    void start() throws IOException {
        server = server("127.0.0.1", 0);
        port = server.getAddress().getPort();
        names.put("page.test", List.of("127.0.0.1"));
        names.put("other.test", List.of("127.0.0.1"));
    }

    private HttpServer server(String address, int port) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getByName(address), port), 0);
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        http.setExecutor(threads);
        http.start();
        opened.add(() -> {
            http.stop(0);
            threads.shutdownNow();
        });
        return http;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    /** A page of the server's. */
    private void page(String path, int status, String body, String... headers) {
        page(path, status, body.getBytes(UTF_8), headers);
    }

    private void page(String path, int status, byte[] body, String... headers) {
        server.createContext(path, exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Host"));
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    private List<InetAddress> addresses(String host) throws UnknownHostException {
        lookedUp.add(host);
        if (!names.containsKey(host)) {
            throw new UnknownHostException(host);
        }
        var addresses = new ArrayList<InetAddress>();
        for (String literal : names.get(host)) {
            addresses.add(InetAddress.getByName(literal));
        }
        return addresses;
    }

    private FetchUrl tool(Duration time) {
        String[] hosts = {"page.test:" + port, "other.test:" + port, "plain.test"};
        return new FetchUrl(
                new AllowedHosts(hosts),
                new Limits(MOST, time),
                this::addresses,
                address -> PublicAddresses.contains(address)
                        || address.getHostAddress().equals("127.0.0.1"));
    }

    private Object fetched(String url) throws Exception {
        return tool(Duration.ofSeconds(30)).call(new FetchUrl.Input(url), reported);
    }

    private String at(String path) {
        return "http://page.test:" + port + path;
    }

    private void assertRefused(String url, String why) throws Exception {
        assertThat(RecordingToolContext.error(fetched(url))).contains(why);
    }

    @Test
    void aPageIsFetchedUnderItsName() throws Exception {
        page("/a", 200, "agua, añil", "Content-Type", "text/plain; charset=utf-8");

        assertThat(fetched(at("/a?b=c#d"))).isEqualTo("agua, añil");
        assertThat(requests).containsExactly("GET /a?b=c page.test:" + port);
        assertThat(fetched("HTTP://PAGE.TEST:" + port + "/a")).isEqualTo("agua, añil");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://elsewhere.test/",
                "http://page.test/",
                "http://page.test:1/",
                "http://page.test:443/",
                "https://page.test:80/",
                "http://sub.plain.test/",
                "http://plain.test.evil.test/",
                "http://plain.test./",
                "http://plain.testing/",
                "http://plain.test:8080/",
                "https://plain.test:80/",
                "http://127.0.0.1/",
                "http://2130706433/",
                "http://0x7f.1/",
                "http://127.1/",
                "http://0177.0.0.1/",
                "http://[::1]/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::ffff:a9fe:a9fe]/latest/meta-data",
                "http://169.254.169.254/latest/meta-data",
                "http://localhost/",
                "http://evil.test#@plain.test/",
                "http://evil.test?@plain.test/",
                "http://evil.test/@plain.test/",
            })
    void onlyTheAllowedHostsAndPortsAreAsked(String url) throws Exception {
        assertThat(RecordingToolContext.error(fetched(url)))
                .containsAnyOf("is not among the hosts", "names no host", "is not a URL");
        assertThat(lookedUp).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "file:///etc/passwd | does not begin with http",
                "ftp://plain.test/ | does not begin with http",
                "jar:http://plain.test/a!/b | does not begin with http",
                "//plain.test/ | does not begin with http",
                "plain.test | does not begin with http",
                "http:///path | names no host",
                "http:plain.test | names no host",
                "http://plain_.test/ | names no host",
                "http://plaın.test/ | names no host",
                "http://plain.test\\@evil.test/ | is not a URL",
                "http://plain.test/a b | is not a URL",
                "http://user@plain.test/ | name or password",
                "http://user:word@plain.test/ | name or password",
                "http://evil.test@plain.test/ | name or password",
                "http://:@plain.test/ | name or password",
            })
    void whatIsNoPlainWebAddressIsRefused(String url, String why) throws Exception {
        assertRefused(url, why);
        assertThat(lookedUp).isEmpty();
    }

    @Test
    void charactersThatWouldEndTheRequestsLineAreRefused() throws Exception {
        for (String bad : List.of("\r\n", "\n", "\0", "\t", "\u0085")) {
            assertRefused(at("/a" + bad + "Host: evil.test"), "is not a URL");
        }
        assertRefused(at("/" + "a".repeat(3_000)), "longer than 2048 characters");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "127.0.0.2",
                "169.254.169.254",
                "192.168.1.1",
                "172.16.0.1",
                "172.31.255.255",
                "100.64.0.1",
                "100.127.255.255",
                "0.0.0.0",
                "192.0.0.8",
                "192.0.2.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.7",
                "203.0.113.7",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:127.0.0.2",
                "::ffff:10.0.0.1",
                "::10.0.0.1",
                "64:ff9b::a00:1",
                "64:ff9b:1::a00:1",
                "100::1",
                "fc00::1",
                "fd12:3456::1",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "2001::1",
                "2001:db8::1",
                "2002:a00:1::",
                "3fff::1",
                "4000::1",
                "5f00::1",
            })
    void aNameOfAnAddressThatIsNotPublicIsRefusedAlsoAmongOthers(String address) throws Exception {
        for (List<String> all : List.of(
                List.of(address), List.of("93.184.215.14", address), List.of(address, "2606:4700::6810:84e5"))) {
            names.put("plain.test", all);
            assertRefused("http://plain.test/", "has an address that is not on the public Internet");
            assertRefused("https://plain.test/", "has an address that is not on the public Internet");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:4700::6810:84e5",
                "2001:4860:4860::8888",
                "2a00:1450::1",
                "3ffe::1",
            })
    void theirNeighboursArePublic(String address) throws Exception {
        assertThat(PublicAddresses.contains(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void aNameThatNobodyKnowsOrThatHasNoAddressIsRefused() throws Exception {
        assertRefused("http://plain.test/", "is not known");
        names.put("plain.test", List.of());
        assertRefused("http://plain.test/", "not on the public Internet");
    }

    /** Two servers on one port: whoever looks the name up again finds the other one. */
    @Test
    void aNameThatMeansAnotherMachineTheNextTimeIsLookedUpOnce() throws Exception {
        server("127.0.0.2", port).createContext("/", exchange -> {
            requests.add("the wrong one");
            exchange.close();
        });
        page("/a", 200, "the right one", "Content-Type", "text/plain");
        FetchUrl tool = new FetchUrl(
                new AllowedHosts("page.test:" + port),
                new Limits(MOST, Duration.ofSeconds(30)),
                host -> {
                    lookedUp.add(host);
                    return List.of(InetAddress.getByName("127.0.0." + lookedUp.size()));
                },
                address -> address.getHostAddress().equals("127.0.0.1"));

        assertThat(tool.call(new FetchUrl.Input(at("/a")), reported)).isEqualTo("the right one");
        assertThat(lookedUp).containsExactly("page.test");
        assertThat(RecordingToolContext.error(tool.call(new FetchUrl.Input(at("/a")), reported)))
                .contains("public Internet");
        assertThat(requests).hasSize(1);
    }

    @Test
    void aRedirectToANameThatHasBecomePrivateIsRefused() throws Exception {
        server.createContext("/a", exchange -> {
            names.put("page.test", List.of("10.0.0.1"));
            exchange.getResponseHeaders().set("Location", "/b");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        assertRefused(at("/a"), "has an address that is not on the public Internet");
        assertThat(lookedUp).containsExactly("page.test", "page.test");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirectsWithinTheAllowedAreFollowed(int status) throws Exception {
        page("/a", status, "", "Location", "b");
        page("/b", status, "", "Location", "//other.test:" + port + "/c?d");
        page("/c", 200, "there", "Content-Type", "text/html");

        assertThat(fetched(at("/a"))).isEqualTo("there");
        assertThat(requests).last().isEqualTo("GET /c?d other.test:" + port);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://127.0.0.1:PORT/secret | not among the hosts",
                "http://[::ffff:127.0.0.1]:PORT/secret | not among the hosts",
                "http://localhost:PORT/secret | not among the hosts",
                "//evil.test/secret | not among the hosts",
                "http://page.test:22/secret | not among the hosts",
                "http://user@page.test:PORT/secret | name or password",
                "file:///etc/passwd | does not begin with http",
                "gopher://page.test:PORT/ | does not begin with http",
                "http://page.test:PORT\\@evil.test/ | is to no URL",
                "http:///secret | names no host",
            })
    void redirectsOutOfTheAllowedAreRefused(String target, String why) throws Exception {
        page("/a", 302, "", "Location", target.replace("PORT", Integer.toString(port)));
        page("/secret", 200, "secret", "Content-Type", "text/plain");

        assertRefused(at("/a"), why);
        assertThat(requests).hasSize(1);
    }

    @Test
    void redirectsWithoutEndAreGivenUp() throws Exception {
        page("/a", 302, "", "Location", "/a");

        assertRefused(at("/a"), "more than 5 redirects");
        assertThat(requests).hasSize(6);
    }

    @Test
    void theLimitOfTheSizeIsExactAndHoldsWhateverIsAnnounced() throws Exception {
        page("/full", 200, "x".repeat(MOST), "Content-Type", "text/plain");
        page("/over", 200, "x".repeat(MOST + 1), "Content-Type", "text/plain");
        server.createContext("/endless", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, 0);
            while (true) {
                exchange.getResponseBody().write(new byte[4096]);
            }
        });

        assertThat(fetched(at("/full")).toString()).hasSize(MOST);
        assertThat(reported.percentages).isSorted().last().isEqualTo(100);
        assertRefused(at("/over"), "more than 50.0 KB");
        assertRefused(at("/endless"), "more than 50.0 KB");
    }

    @Test
    void aPackedPageIsNotUnpacked() throws Exception {
        page("/bomb", 200, new byte[100], "Content-Type", "text/plain", "Content-Encoding", "gzip");
        assertRefused(at("/bomb"), "packed as gzip");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/html", "text/x-anything", "application/json", "application/ld+json", "application/atom+xml"
            })
    void textIsRead(String type) throws Exception {
        page("/a", 200, "text", "Content-Type", type);
        assertThat(fetched(at("/a"))).isEqualTo("text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png", "application/octet-stream", "application/pdf", "video/mp4", "textual/plain"})
    void whatIsNoTextIsNot(String type) throws Exception {
        page("/a", 200, "text", "Content-Type", type);
        assertRefused(at("/a"), "no text but " + type);
    }

    @Test
    void theTypeAndTheCharsetDecide() throws Exception {
        page("/none", 200, "text");
        page("/latin", 200, "añil".getBytes(ISO_8859_1), "Content-Type", "text/plain; charset=ISO-8859-1");
        page("/strange", 200, "text", "Content-Type", "text/plain; charset=klingon");
        page("/no-name", 200, "text", "Content-Type", "text/plain; charset=???");

        assertRefused(at("/none"), "of no type");
        assertThat(fetched(at("/latin"))).isEqualTo("añil");
        assertRefused(at("/strange"), "cannot be read");
        assertRefused(at("/no-name"), "cannot be read");
    }

    @ParameterizedTest
    @ValueSource(ints = {304, 400, 401, 403, 404, 429, 500, 503})
    void anErrorsStatusIsSaidAndItsPageIsNot(int status) throws Exception {
        page("/a", status, "", "Content-Type", "text/plain", "WWW-Authenticate", "Basic realm=\"x\"");

        assertRefused(at("/a"), "status " + status);
        assertThat(requests).hasSize(1);
    }

    @Test
    void anEmptyPageIsEmpty() throws Exception {
        page("/a", 204, "");
        assertThat(fetched(at("/a"))).isEqualTo("");
    }

    /** One that takes the connection and says nothing, one that stops in mid-page, one that says a byte now and then. */
    @ParameterizedTest
    @ValueSource(
            strings = {"", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nabc", "TRICKLE"})
    void whoeverTakesTooLongIsGivenUpAndTheConnectionWithHim(String said) throws Exception {
        try (var silent = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            var gone = new java.util.concurrent.CompletableFuture<Boolean>();
            Thread.ofVirtual().start(() -> {
                try (Socket socket = silent.accept()) {
                    socket.getOutputStream()
                            .write((said.equals("TRICKLE") ? "HTTP/1.1 200 OK\r\nX: " : said).getBytes(UTF_8));
                    while (said.equals("TRICKLE")) { // until the connection is dropped
                        socket.getOutputStream().write('x');
                        Thread.sleep(5);
                    }
                    while (socket.getInputStream().read() >= 0) {} // until it is closed
                    gone.complete(true);
                } catch (IOException e) {
                    gone.complete(true);
                } catch (InterruptedException e) {
                    gone.complete(false);
                }
            });
            port = silent.getLocalPort();

            assertThat(RecordingToolContext.error(
                            tool(Duration.ofSeconds(2)).call(new FetchUrl.Input(at("/")), reported)))
                    .contains("longer than 2000 ms");
            assertThat(gone.get(30, SECONDS)).isTrue();
        }
    }

    @Test
    void aLookupThatHangsIsGivenUp() throws Exception {
        var hangs = new java.util.concurrent.CountDownLatch(1);
        FetchUrl tool = new FetchUrl(
                new AllowedHosts("plain.test"),
                new Limits(MOST, Duration.ofMillis(200)),
                host -> {
                    while (hangs.getCount() > 0) {
                        Thread.onSpinWait(); // heeds no interrupt, as the system's resolver
                        Thread.yield();
                    }
                    throw new UnknownHostException();
                },
                PublicAddresses::contains);
        try {
            assertThat(RecordingToolContext.error(tool.call(new FetchUrl.Input("http://plain.test/"), reported)))
                    .contains("longer than 200 ms");
        } finally {
            hangs.countDown();
        }
    }

    @Test
    void anInterruptEndsItAndTheConnection() throws Exception {
        try (var silent = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = silent.getLocalPort();
            var ended = new java.util.concurrent.CompletableFuture<Object>();
            Thread caller = Thread.ofVirtual().start(() -> {
                try {
                    ended.complete(fetched(at("/")));
                } catch (Exception e) {
                    ended.complete(e);
                }
            });
            try (Socket socket = silent.accept()) {
                Awaitility.await().until(() -> socket.getInputStream().read() == 'G');
                caller.interrupt();

                assertThat(ended.get(30, SECONDS)).isInstanceOf(InterruptedException.class);
                while (socket.getInputStream().read() >= 0) {} // comes to an end
            } catch (java.net.SocketException dropped) {
                // also an end
            }
        }
    }

    @Test
    void aConnectionThatFailsIsSaidWithoutAnAddress() throws Exception {
        server.stop(0);
        assertThat(RecordingToolContext.error(fetched(at("/"))))
                .contains("could not be fetched")
                .doesNotContain("127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "[::1]",
                "::1",
                "*.example.com",
                "https://example.com",
                "example.com:0",
                "",
                "a b",
                "example.com."
            })
    void onlyNamesCanBeAllowed(String host) {
        assertThatThrownBy(() -> FetchUrl.from(host))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hosts: '" + host + "'");
    }

    @Test
    void theToolAsItIsMadeRefusesThisMachine() {
        assertThat(FetchUrl.from("localhost", "example.com").definition().description())
                .isEqualTo("Fetches a text page from one of: localhost, example.com");
        assertThatThrownBy(FetchUrl::from).isInstanceOf(IllegalArgumentException.class);
    }
}
