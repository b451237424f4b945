package dev.sluice.examples;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.sluice.internal.json.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chat in a browser, without the browser: what it is served, and what it is told. */
@Timeout(value = 60, unit = SECONDS)
class RelayDemoTest {
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        http.shutdownNow();
    }

    @Test
    void servesThePageUnderItsPolicy() throws Exception {
        try (var demo = RelayDemo.serve("--port", "0")) {
            HttpResponse<String> page = http.send(get(demo, "", "").build(), BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("<html").contains("id=\"prompt\"");
            assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                    .contains("default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'");
        }
    }

    @Test
    void answersItsQuestionWithFourCallsAtOnce() throws Exception {
        try (var demo = RelayDemo.serve("--port", "0")) {
            List<Map<String, Object>> events = events(ask(demo, ""));
            assertThat(types(events)).startsWith("message_start").endsWith("stream_complete");
            // A call begins as soon as the model has written it, so that one may be done before the last begins.
            Map<Object, List<String>> calls = events.stream()
                    .filter(event ->
                            List.of("tool_start", "tool_complete", "tool_error").contains(event.get("type")))
                    .collect(Collectors.groupingBy(
                            event -> event.get("id"),
                            Collectors.mapping(event -> String.valueOf(event.get("type")), Collectors.toList())));
            assertThat(calls).hasSize(4);
            assertThat(calls.values()).containsOnly(List.of("tool_start", "tool_complete"));
            assertThat(text(events)).contains("so she can pass, with 5 cm to spare.");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "How deep is the upper pool?    | sound     | The upper pool is 2.41 m deep.",
                "What does the gate's log say?  | read_file | The last entry in the log is \"2026-03-14",
                "What is 1.8 * 1.15?            | calculate | 1.8 * 1.15 = 2.07",
                "Can my barge pass?             |           | How much water does she draw?",
                "What is backpressure?          |           | Backpressure is how a slow reader",
                "Tell me a long story           |           | High up, where the maps",
                "Wie wird das Wetter in Lissabon? |         | You said: \"Wie wird das Wetter in Lissabon?\"",
                "ok                             |           | You said: \"ok\"",
            })
    void answersWhateverElseItIsAsked(String question, String tool, String answer) throws Exception {
        try (var demo = RelayDemo.serve("--port", "0")) {
            List<Map<String, Object>> events = events(ask(demo, "", question));
            assertThat(types(events)).endsWith("stream_complete").doesNotContain("tool_error");
            assertThat(events.stream().filter(event -> "tool_start".equals(event.get("type"))))
                    .extracting(event -> event.get("name"))
                    .isEqualTo(tool == null ? List.of() : List.of(tool));
            assertThat(text(events)).contains(answer);
            if (answer.startsWith("You said")) {
                assertThat(text(events)).contains("my script", "a barge that draws 1.8 m", "a provider's key");
            }
        }
    }

    @Test
    void offersQuestionsThatItCanAnswer() throws Exception {
        try (var demo = RelayDemo.serve("--port", "0")) {
            String questions = http.send(get(demo, "suggestions.json", "").build(), BodyHandlers.ofString())
                    .body();
            assertThat(questions).isEqualTo(Json.write(List.of(MillGate.QUESTIONS)));
            for (String question : MillGate.QUESTIONS) {
                assertThat(text(events(ask(demo, "", question)))).as(question).doesNotContain("not in my script");
            }
        }
    }

    @Test
    void aRunOfOneMachineIsWatchedAtAnother() throws Exception {
        try (var one = withItsOwnRedis();
                var other = RelayDemo.serve("--port", "0", "--redis", one.redis())) {
            String cookie = http.send(get(one, "", "").build(), BodyHandlers.discarding())
                    .headers()
                    .firstValue("Set-Cookie")
                    .orElseThrow()
                    .split(";", -1)[0];
            HttpResponse<Stream<String>> first = ask(one, cookie);
            String id = first.headers().firstValue("X-Stream-Id").orElseThrow();
            String path = "api/v1/stream/" + id;
            List<Map<String, Object>> there =
                    events(http.send(get(other, path, cookie).build(), BodyHandlers.ofLines()));
            List<Map<String, Object>> here = events(first);
            // Words may come in other portions; nothing else may differ.
            assertThat(withoutDeltas(there)).isEqualTo(withoutDeltas(here));
            assertThat(text(there)).isEqualTo(text(here)).contains("so she can pass");
            assertThat(http.send(get(other, path, "").build(), BodyHandlers.discarding())
                            .statusCode())
                    .as("without the cookie")
                    .isEqualTo(404);
        }
    }

    @Test
    void theRedisThatItStartedEndsWithIt() throws Exception {
        int port;
        try (var demo = withItsOwnRedis()) {
            port = URI.create("redis://" + demo.redis()).getPort();
            new Socket(InetAddress.getLoopbackAddress(), port).close();
        }
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void ctrlCLeavesNoRedisBehind() throws Exception {
        withItsOwnRedis().close(); // or there is none for this machine
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RelayDemo.class.getName(),
                        "--redis",
                        "--port",
                        "0")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = demo.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            while (!line.startsWith("Open ")) {
                line = output.readLine();
            }
            List<ProcessHandle> children = demo.toHandle().children().toList();
            assertThat(children).hasSize(1);
            demo.destroy(); // the signal that asks it to end
            assertThat(demo.waitFor(20, SECONDS)).isTrue();
            for (ProcessHandle redis : children) {
                redis.onExit().get(20, SECONDS);
            }
        } finally {
            demo.destroyForcibly();
        }
    }

    private static RelayDemo withItsOwnRedis() throws IOException {
        try {
            return RelayDemo.serve("--redis", "--port", "0");
        } catch (IllegalArgumentException none) {
            return abort(none.getMessage());
        }
    }

    private HttpResponse<Stream<String>> ask(RelayDemo demo, String cookie) throws Exception {
        return ask(demo, cookie, MillGate.QUESTION);
    }

    private HttpResponse<Stream<String>> ask(RelayDemo demo, String cookie, String question) throws Exception {
        var request = get(demo, "api/v1/stream", cookie)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Json.write(Map.of("message", question))));
        HttpResponse<Stream<String>> response = http.send(request.build(), BodyHandlers.ofLines());
        assertThat(response.statusCode()).isEqualTo(200);
        return response;
    }

    private static HttpRequest.Builder get(RelayDemo demo, String path, String cookie) {
        var request = HttpRequest.newBuilder(demo.uri().resolve("/" + path)).timeout(Duration.ofSeconds(30));
        return cookie.isEmpty() ? request : request.header("Cookie", cookie);
    }

    private static List<Map<String, Object>> events(HttpResponse<Stream<String>> response) {
        return response.body()
                .filter(line -> line.startsWith("data:"))
                .map(line -> Json.readObject(line.substring("data:".length())))
                .toList();
    }

    private static List<String> types(List<Map<String, Object>> events) {
        return events.stream().map(event -> String.valueOf(event.get("type"))).toList();
    }

    private static List<Map<String, Object>> withoutDeltas(List<Map<String, Object>> events) {
        return events.stream()
                .filter(event -> !"message_delta".equals(event.get("type")))
                .toList();
    }

    private static String text(List<Map<String, Object>> events) {
        return events.stream()
                .flatMap(event -> Optional.ofNullable(event.get("text")).stream())
                .map(String::valueOf)
                .collect(Collectors.joining());
    }
}
