package dev.sluice.relay.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.TimeSource;
import dev.sluice.internal.json.Json;
import dev.sluice.relay.Relay;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jdk.JdkRelay;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The files of the page are there, below any path, and a native image takes them along. */
class PageFilesTest {
    private static final Pattern LINK = Pattern.compile("(?:src|href)=\"([^\"#]+)\"");

    @Test
    void thePageAndAllThatItLinksToIsThere() throws Exception {
        RelayEndpoint endpoint = RelayEndpoint.builder(Relay.builder().build(), request -> {
                    throw new IllegalStateException("nobody asks");
                })
                .page()
                .build();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var http = HttpClient.newHttpClient()) {
            server.setExecutor(threads);
            server.createContext("/assistant", JdkRelay.handler(endpoint, Duration.ofSeconds(20), TimeSource.system()));
            server.start();
            URI page = URI.create("http://localhost:" + server.getAddress().getPort() + "/assistant/");
            HttpResponse<String> index = get(http, page);
            assertThat(index.statusCode()).isEqualTo(200);
            List<String> links = LINK.matcher(index.body())
                    .results()
                    .map(link -> link.group(1))
                    .toList();
            assertThat(links).hasSizeGreaterThan(5);
            for (String link : links) {
                assertThat(get(http, page.resolve(link)).statusCode()).as(link).isEqualTo(200);
                assertThat(isInANativeImage(link)).as(link).isTrue();
            }
            server.stop(0);
        }
    }

    private static boolean isInANativeImage(String link) throws IOException {
        String resource = link.contains("/") ? "META-INF/resources/" + link : "dev/sluice/relay/page/" + link;
        String file = "/META-INF/native-image/dev.sluice/sluice-relay-page/reachability-metadata.json";
        try (InputStream in = PageFilesTest.class.getResourceAsStream(file)) {
            var metadata = Json.readObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return Pattern.compile("glob=([^}]+)")
                    .matcher(String.valueOf(metadata.get("resources")))
                    .results()
                    .anyMatch(glob -> FileSystems.getDefault()
                            .getPathMatcher("glob:" + glob.group(1))
                            .matches(Path.of(resource)));
        }
    }

    private static HttpResponse<String> get(HttpClient http, URI address) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    }
}
