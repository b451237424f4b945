package dev.sluice.examples.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.examples.tools.FetchUrl.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two servers of one name, with and without TLS. The process trusts the first one's certificate while these tests run. */
@Timeout(value = 60, unit = SECONDS)
class FetchUrlOverTlsTest {
    private static final String PASSWORD = "not-a-secret";
    private static final String STORE = "javax.net.ssl.trustStore";
    private static final String STORE_PASSWORD = "javax.net.ssl.trustStorePassword";

    @TempDir
    private static Path directory;

    private static Optional<String> store = Optional.empty();
    private static Optional<String> storePassword = Optional.empty();
    private static SSLContext tls;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private HttpServer plain;
    private HttpsServer secure;

    @BeforeAll
    static void makeACertificate() throws Exception {
        Path file = directory.resolve("page.p12");
        String java = System.getProperty("java.home");
        String options =
                "-genkeypair -alias page -keyalg EC -dname CN=page.test -ext san=dns:page.test -storetype PKCS12";
        var command = new ArrayList<>(List.of(Path.of(java, "bin", "keytool").toString()));
        command.addAll(List.of(options.split(" ")));
        command.addAll(List.of("-keystore", file.toString(), "-storepass", PASSWORD));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();

        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray()), PASSWORD.toCharArray());
        tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        store = Optional.ofNullable(System.setProperty(STORE, file.toString()));
        storePassword = Optional.ofNullable(System.setProperty(STORE_PASSWORD, PASSWORD));
    }

    @AfterAll
    static void trustItNoLonger() {
        store.ifPresentOrElse(was -> System.setProperty(STORE, was), () -> System.clearProperty(STORE));
        storePassword.ifPresentOrElse(
                was -> System.setProperty(STORE_PASSWORD, was), () -> System.clearProperty(STORE_PASSWORD));
    }

    @BeforeEach
    void start() throws IOException {
        var anyPort = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
        plain = HttpServer.create(anyPort, 0);
        secure = HttpsServer.create(anyPort, 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(tls));
        plain.start();
        secure.start();
    }

    @AfterEach
    void stop() {
        plain.stop(0);
        secure.stop(0);
    }

    private String at(String scheme) {
        HttpServer server = scheme.equalsIgnoreCase("https") ? secure : plain;
        return scheme + "://page.test:" + server.getAddress().getPort();
    }

    private void redirect(HttpServer from, String to) {
        from.createContext("/from", exchange -> {
            requests.add("from");
            exchange.getResponseHeaders().set("Location", to);
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
    }

    private void page(HttpServer server) {
        server.createContext("/page", exchange -> {
            requests.add("page");
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("there".getBytes(UTF_8));
            exchange.close();
        });
    }

    private Object fetched(String url) throws Exception {
        var tool = new FetchUrl(
                new AllowedHosts(at("http").substring(7), at("https").substring(8)),
                new Limits(1000, Duration.ofSeconds(30)),
                host -> List.of(InetAddress.getByName("127.0.0.1")),
                InetAddress::isLoopbackAddress);
        return tool.call(new FetchUrl.Input(url), new RecordingToolContext());
    }

    /** Else whoever is on the way could read, and write, what was asked for in secret. */
    @ParameterizedTest
    @CsvSource({"https,http", "HTTPS,http", "https,HTTP"})
    void aRedirectOutOfTlsIsRefusedThoughTheHostIsAllowed(String from, String to) throws Exception {
        redirect(secure, at(to) + "/page");
        page(plain);

        assertThat(RecordingToolContext.error(fetched(at(from) + "/from"))).contains("from https to http");
        assertThat(requests).containsExactly("from");
    }

    @Test
    void redirectsIntoTlsAndWithinItAreFollowed() throws Exception {
        page(secure);
        redirect(plain, at("https") + "/page");
        redirect(secure, "/page");

        assertThat(fetched(at("http") + "/from")).isEqualTo("there");
        assertThat(fetched(at("https") + "/from")).isEqualTo("there");
    }
}
