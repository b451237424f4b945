package dev.sluice.examples.server;

import static dev.sluice.examples.server.Wire.asking;
import static dev.sluice.examples.server.Wire.events;
import static dev.sluice.examples.server.Wire.joined;
import static dev.sluice.examples.server.Wire.json;
import static dev.sluice.examples.server.Wire.post;
import static dev.sluice.examples.server.Wire.postTo;
import static dev.sluice.examples.server.Wire.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.test.server.Pace;
import dev.sluice.test.server.ScriptedServer;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ScriptedServerTest {
    private final ScriptedServer server = DemoServer.start(Pace.instant(), 7);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aStreamedAnswerHasTheEventsOfTheWireInOrder() throws Exception {
        List<JsonNode> events = events(post(server, asking("Tell me about rivers", "")));

        assertThat(new LinkedHashSet<>(types(events)))
                .containsExactly(
                        "message_start",
                        "content_block_start",
                        "ping",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
        JsonNode message = events.getFirst().path("message");
        assertThat(message.path("id").asString("")).matches("msg_01\\w{22}");
        assertThat(message.path("model").asString("")).isEqualTo("claude-sonnet-5");
        assertThat(message.path("stop_reason").isNull()).isTrue();
        assertThat(joined(events, "text")).startsWith("A river begins").endsWith("the same river.");
    }

    @Test
    void usageGrowsFromOneTokenToTheNumberOfDeltas() throws Exception {
        List<JsonNode> events = events(post(server, asking("a haiku please", "")));
        long deltas =
                types(events).stream().filter("content_block_delta"::equals).count();

        JsonNode first = events.getFirst().path("message").path("usage");
        JsonNode last = events.get(events.size() - 2).path("usage");
        assertThat(first.path("output_tokens").asInt(0)).isEqualTo(1);
        assertThat(first.path("input_tokens").asInt(0)).isPositive();
        assertThat(last.path("output_tokens").asLong(0)).isEqualTo(deltas).isGreaterThan(10);
        assertThat(last.path("input_tokens")).isEqualTo(first.path("input_tokens"));
    }

    @Test
    void theAnswerThatIsNotStreamedSaysTheSame() throws Exception {
        String streamed = joined(events(post(server, asking("What is backpressure?", ""))), "text");
        var response = post(server, asking("What is backpressure?", "").replace("true", "false"));
        JsonNode whole = json(response);

        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        assertThat(whole.path("content").path(0).path("text").asString("")).isEqualTo(streamed);
        assertThat(whole.path("stop_reason").asString("")).isEqualTo("end_turn");
        assertThat(whole.path("usage").path("output_tokens").asInt(0)).isGreaterThan(50);
    }

    @Test
    void theHeadersNameTheRequestAndTheRateLimits() throws Exception {
        HttpResponse<InputStream> first = post(server, asking("hi", ""));
        HttpResponse<InputStream> second = post(server, asking("hi", ""));

        assertThat(first.headers().firstValue("content-type")).contains("text/event-stream; charset=utf-8");
        assertThat(first.headers().firstValue("request-id").orElseThrow()).startsWith("req_01");
        assertThat(first.headers().map().keySet().stream().filter(name -> name.startsWith("anthropic-ratelimit-")))
                .hasSize(12);
        for (String what : List.of("requests", "tokens", "input-tokens", "output-tokens")) {
            String name = "anthropic-ratelimit-" + what;
            long left = first.headers().firstValueAsLong(name + "-remaining").orElseThrow();
            assertThat(second.headers().firstValueAsLong(name + "-remaining").orElseThrow())
                    .isLessThan(left);
            assertThat(left)
                    .isLessThan(
                            first.headers().firstValueAsLong(name + "-limit").orElseThrow());
            assertThat(Instant.parse(first.headers().firstValue(name + "-reset").orElseThrow()))
                    .isAfter(Instant.now());
        }
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws Exception {
        byte[] once = post(server, asking("a long story", "")).body().readAllBytes();
        try (var again = DemoServer.start(Pace.instant(), 7)) {
            assertThat(post(again, asking("a long story", "")).body().readAllBytes())
                    .isEqualTo(once);
        }
    }

    @Test
    void whatIsNotInTheScriptIsQuoted() throws Exception {
        assertThat(joined(events(post(server, asking("Is Lisbon far?", ""))), "text"))
                .startsWith("You said: \"Is Lisbon far?\"");
    }

    @Test
    void maxTokensEndsTheAnswerEarlyAndSaysSo() throws Exception {
        List<JsonNode> events = events(post(server, asking("rivers", "").replace("2000", "9")));

        assertThat(types(events).stream().filter("content_block_delta"::equals)).hasSize(9);
        JsonNode end = events.get(events.size() - 2);
        assertThat(end.path("delta").path("stop_reason").asString("")).isEqualTo("max_tokens");
        assertThat(end.path("usage").path("output_tokens").asInt(0)).isEqualTo(9);
    }

    @Test
    void tokensAreCountedWithoutAnAnswer() throws Exception {
        JsonNode count = json(postTo(
                server,
                "/v1/messages/count_tokens",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"));

        assertThat(count.path("input_tokens").asInt(0)).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/messages | {\"model\":            | 400 | invalid_request_error | not valid JSON",
                "/v1/messages | {\"model\":\"m\"}      | 400 | invalid_request_error | max_tokens: Field required",
                "/v1/messages | {\"model\":\"m\",\"max_tokens\":1,\"messages\":[]} | 400 | invalid_request_error |"
                        + " messages:",
                "/v1/oracles  | {}                     | 404 | not_found_error       | POST /v1/oracles",
            })
    void aRequestThatCannotBeRightIsRefusedAsTheRealServerDoes(
            String path, String body, int status, String type, String message) throws Exception {
        var response = postTo(server, path, body);
        JsonNode error = json(response);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(error.path("error").path("type").asString("")).isEqualTo(type);
        assertThat(error.path("error").path("message").asString("")).contains(message);
        assertThat(error.path("request_id").asString(""))
                .isEqualTo(response.headers().firstValue("request-id").orElseThrow());
    }

    @Test
    void aRequestWithoutAKeyIsRefused() throws Exception {
        var request = HttpRequest.newBuilder(server.uri().resolve("/v1/messages"))
                .POST(HttpRequest.BodyPublishers.ofString(asking("hi", "")))
                .build();
        var response = Wire.HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream());

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(json(response).path("error").path("type").asString("")).isEqualTo("authentication_error");
    }

    @Test
    void atNaturalPaceTheFirstTokenTakesAThoughtAndEachOtherAMoment() throws Exception {
        try (var natural = DemoServer.start(Pace.natural(), 1)) {
            InputStream body = post(natural, asking("a haiku", "")).body();
            long start = System.nanoTime();
            long lastRead = 0;
            int visibleGaps = 0;
            byte[] buffer = new byte[8192];
            for (int read = body.read(buffer); read > 0; read = body.read(buffer)) {
                long now = System.nanoTime() - start;
                visibleGaps += now - lastRead > 10_000_000 ? 1 : 0;
                lastRead = now;
            }
            // 75 characters are 13 pieces or more: all the pauses but those that a slow machine ran together
            assertThat(visibleGaps).isBetween(6, 40);
            assertThat(Duration.ofNanos(lastRead)).isBetween(Duration.ofMillis(250 + 13 * 20), Duration.ofSeconds(20));
        }
    }

    @Test
    void aClientThatGoesAwayEndsTheAnswer() throws Exception {
        try (var natural = DemoServer.start(Pace.natural(), 1)) {
            InputStream body = post(natural, asking("a long story", "")).body();
            assertThat(body.read()).isEqualTo('e');
            assertThat(natural.open()).isEqualTo(1);

            body.close();

            await().atMost(Duration.ofSeconds(10)).until(() -> natural.open() == 0);
        }
    }
}
