package dev.sluice.examples.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.examples.contract.ContractServer.Connection;
import java.net.ConnectException;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the public contract tests ask of a client, asked over HTTP as they do. */
@Timeout(60)
class ContractServiceTest {
    private static ContractService service;

    @BeforeAll
    static void start() throws Exception {
        service = ContractService.start(0);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static ContractServer client(Map<String, ?> params) throws Exception {
        return new ContractServer(service.uri()).client(params);
    }

    @Test
    void itSaysWhatItCanDo() throws Exception {
        try (var harness = new ContractServer(service.uri())) {
            JsonNode status = ContractServer.JSON.readTree(
                    harness.call("GET", service.uri(), "").body());
            assertThat(status.path("capabilities").valueStream().map(JsonNode::asString))
                    .contains(
                            "comments", "headers", "last-event-id", "post", "report", "restart", "read-timeout", "bom")
                    .contains("server-directed-shutdown-request");
        }
    }

    @Test
    void whatIsWrongIsRefused() throws Exception {
        try (var harness = client(Map.of())) {
            assertThat(harness.call("POST", service.uri(), "{").statusCode()).isEqualTo(400);
            assertThat(harness.call("POST", service.uri(), "{}").body()).isEqualTo("callbackUrl: is missing");
            String wrong = "{\"callbackUrl\": \"http://localhost/\", \"streamUrl\": \"ftp://x/\"}";
            assertThat(harness.call("POST", service.uri(), wrong).statusCode()).isEqualTo(400);
            assertThat(harness.call("POST", harness.client(), "{\"command\": \"dance\"}")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(harness.call("POST", service.uri().resolve("/streams/0"), "{}")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(harness.call("DELETE", service.uri().resolve("/streams/0"), "")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(harness.call("PUT", service.uri(), "").statusCode()).isEqualTo(405);
        }
    }

    @Test
    void aHarnessCanStopIt() throws Exception {
        try (var another = ContractService.start(0);
                var harness = new ContractServer(another.uri())) {
            assertThat(harness.call("DELETE", another.uri(), "").statusCode()).isEqualTo(204);
            Awaitility.await()
                    .untilAsserted(() -> assertThatThrownBy(() -> harness.call("GET", another.uri(), ""))
                            .isInstanceOf(ConnectException.class));
        }
    }

    static Stream<Arguments> parsing() {
        String bom = "\uFEFF";
        return Stream.of(
                arguments("data: Hello\n\n", "message|Hello|"),
                arguments("data:\n\n", "message||"),
                arguments("data\n\ndata\ndata\n\n", "message||;message|\n|"),
                arguments("data: Hello\ndata:World\n\n", "message|Hello\nWorld|"),
                arguments("event: greeting\nid: abc\ndata: Hello\n\n", "greeting|Hello|abc"),
                arguments("data: Hello\nid: abc\nevent: greeting\n\n", "greeting|Hello|abc"),
                arguments("event:  greeting\ndata:  Hello\n\n", " greeting| Hello|"),
                arguments("event: greeting\ncolor: blue\ndata:Hello\n\n", "greeting|Hello|"),
                arguments("id: a\0bc\ndata: Hello\n\n", "message|Hello|"),
                arguments("id: abc\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", "message|a|abc;message|b|abc;message|c|"),
                arguments("data: \u20AC\u8C46\u8150\n\n", "message|\u20AC\u8C46\u8150|"),
                arguments("data: a\n\n\n\ndata: b\n\n", "message|a|;message|b|"),
                arguments("data:\ndata: b\ndata: c\n\n", "message|\nb\nc|"),
                arguments(bom + "data: Hello\n\n", "message|Hello|"),
                arguments(bom + "event: greeting\nid: abc\ndata: Hello\n\n", "greeting|Hello|abc"),
                arguments("data: a\n\ndata: " + bom + "b\n\n", "message|a|;message|" + bom + "b|"),
                arguments(bom + "data: " + bom + "a\n\n", "message|" + bom + "a|"));
    }

    @ParameterizedTest
    @MethodSource("parsing")
    void eventsAreReadHoweverTheirBytesComeAndTheirLinesEnd(String stream, String events) throws Exception {
        for (String end : new String[] {"\n", "\r\n", "\r"}) {
            byte[] bytes = stream.replace("\n", end).getBytes(UTF_8);
            for (int size : new int[] {1, 2, bytes.length}) {
                try (var harness = client(Map.of())) {
                    harness.awaitConnection().sendInChunks(bytes, size);
                    for (String event : events.split(";", -1)) {
                        String[] parts = event.split("\\|", -1);
                        harness.requireEvent(parts[0], parts[1], parts[2]);
                    }
                }
            }
        }
    }

    @Test
    void aLineFeedMayComeLate() throws Exception {
        try (var harness = client(Map.of())) {
            harness.awaitConnection().send("data: Hello\r", "\ndata: World\r", "\n\r\ndata: OK\r", "\n", "\r", "\n");
            harness.requireEvents("Hello\nWorld", "OK");
        }
    }

    @Test
    void manyAndLargeEventsKeepTheirOrder() throws Exception {
        String[] data = IntStream.range(0, 100)
                .mapToObj(i -> i == 50 ? "x".repeat(14 << 20) : "message " + i)
                .toArray(String[]::new);
        try (var harness = client(Map.of())) {
            harness.awaitConnection().send("data: " + String.join("\n\ndata: ", data) + "\n\n");
            harness.requireEvents(data);
        }
    }

    @Test
    void commentsAreReportedInTheirPlaces() throws Exception {
        try (var harness = client(Map.of())) {
            Connection connection = harness.awaitConnection();
            connection.send("\uFEFF:Hello\n");
            assertThat(harness.awaitMessage("comment").path("comment").asString())
                    .isEqualTo("Hello");
            connection.send(":World\n", "data: a\n\n", ":after\n");
            assertThat(harness.awaitMessage("comment").path("comment").asString())
                    .isEqualTo("World");
            harness.requireEvents("a");
            assertThat(harness.awaitMessage("comment").path("comment").asString())
                    .isEqualTo("after");
        }
    }

    @Test
    void theDefaultRequestHasTheHeadersOfTheStandard() throws Exception {
        try (var harness = client(Map.of())) {
            Connection connection = harness.awaitConnection();
            assertThat(connection.method()).isEqualTo("GET");
            assertThat(connection.headers().getFirst("Accept")).isEqualTo("text/event-stream");
            assertThat(connection.headers().getFirst("Cache-Control")).isEqualTo("no-cache");
            assertThat(connection.headers()).doesNotContainKey("Last-event-id");
        }
    }

    @Test
    void headersAndTheFirstIdAreAsTheHarnessSays() throws Exception {
        try (var harness = client(Map.of(
                "lastEventId", "abc", "headers", Map.of("header-name-1", "value-1", "header-name-2", "value-2")))) {
            Connection connection = harness.awaitConnection();
            assertThat(connection.headers().getFirst("header-name-1")).isEqualTo("value-1");
            assertThat(connection.headers().getFirst("header-name-2")).isEqualTo("value-2");
            assertThat(connection.headers().getFirst("Last-Event-Id")).isEqualTo("abc");
            connection.send("data: a\n\n");
            harness.requireEvent("message", "a", "abc");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "REPORT"})
    void aBodyIsSentWithEachConnection(String method) throws Exception {
        String body = "{\"hello\": \"world\"}";
        try (var harness = client(Map.of(
                "method",
                method,
                "body",
                body,
                "initialDelayMs",
                0,
                "headers",
                Map.of("content-type", "application/json")))) {
            for (int i = 0; i < 2; i++) {
                Connection connection = harness.awaitConnection();
                assertThat(connection.method()).isEqualTo(method);
                assertThat(connection.body()).isEqualTo(body);
                assertThat(connection.headers().getFirst("content-type")).isEqualTo("application/json");
                connection.breakIt();
            }
        }
        try (var harness = client(Map.of("method", method, "body", "text"))) {
            assertThat(harness.awaitConnection().headers().getFirst("content-type"))
                    .startsWith("text/plain");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 307})
    void redirectsAreFollowedAndThoseToNowhereAreErrors(int status) throws Exception {
        try (var harness = new ContractServer(service.uri())) {
            harness.client(Map.of("streamUrl", harness.url("/redirect/" + status + "/stream")));
            harness.awaitConnection().send("data: hello\n\n");
            harness.requireEvents("hello");
        }
        for (String nowhere : new String[] {"/redirect/" + status, "/redirect/" + status + "/empty"}) {
            try (var harness = new ContractServer(service.uri())) {
                harness.client(Map.of("streamUrl", harness.url(nowhere)));
                assertThat(harness.awaitMessage("error").path("error").asString())
                        .contains("did not say where to");
            }
        }
    }

    @Test
    void noContentHaltsReconnecting() throws Exception {
        try (var harness = new ContractServer(service.uri())) {
            harness.client(Map.of("streamUrl", harness.url("/no-content"), "initialDelayMs", 0));
            Awaitility.await().until(() -> harness.refusals() > 0 && service.running() == 0);
            assertThat(harness.refusals()).isEqualTo(1);
            assertThat(harness.isQuiet()).isTrue();
        }
    }

    @Test
    void aRestartConnectsAgain() throws Exception {
        try (var harness = client(Map.of("initialDelayMs", 60_000))) { // which a restart does not wait for
            harness.awaitConnection().send("data: Hello\n\n");
            harness.requireEvents("Hello");
            assertThat(harness.call("POST", harness.client(), "{\"command\": \"restart\"}")
                            .statusCode())
                    .isEqualTo(202);
            harness.awaitConnection().send("data: Thanks\n\n");
            harness.requireEvents("Thanks");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'id: abc\ndata: a\n\n', abc",
        "'id: abc\ndata: b\n\ndata: a\n\n', abc",
        "'id: abc\ndata: b\n\nid: \ndata: a\n\n', ",
        "'id: abc\ndata: a\n\nid: def\ndata: Goodbye', abc"
    })
    void aBrokenConnectionIsResumedFromTheLastWholeEvent(String stream, String id) throws Exception {
        try (var harness = client(Map.of("initialDelayMs", 0))) {
            Connection first = harness.awaitConnection();
            first.send(stream);
            while (!harness.awaitMessage("event")
                    .path("event")
                    .path("data")
                    .asString()
                    .equals("a")) {}
            first.breakIt();
            Connection second = harness.awaitConnection();
            assertThat(second.headers().getFirst("Last-Event-Id")).isEqualTo(id);
            second.send("data: We meet again\n\n");
            harness.requireEvent("message", "We meet again", id == null ? "" : id);
        }
    }

    @Test
    void silenceIsAnErrorAndThenAnotherConnection() throws Exception {
        try (var harness = client(Map.of("initialDelayMs", 0, "readTimeoutMs", 300))) {
            harness.awaitConnection().send("data: Hello\n\n");
            harness.requireEvents("Hello");
            assertThat(harness.awaitMessage("error").path("error").asString()).contains("went silent");
            harness.awaitConnection();
        }
    }
}
