package dev.sluice.examples.server;

import static dev.sluice.examples.server.Wire.asking;
import static dev.sluice.examples.server.Wire.events;
import static dev.sluice.examples.server.Wire.joined;
import static dev.sluice.examples.server.Wire.json;
import static dev.sluice.examples.server.Wire.post;
import static dev.sluice.examples.server.Wire.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.test.server.Fault;
import dev.sluice.test.server.Pace;
import dev.sluice.test.server.ScriptedServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class FaultTest {
    private static final String ASKED = asking("Tell me about rivers", "");
    private final ScriptedServer server = DemoServer.start(Pace.instant(), 3);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aCutAnswerLosesItsConnectionInsideAFrame() throws Exception {
        String raw = Wire.raw(server, ASKED, "x-script: cut");

        assertThat(raw).startsWith("HTTP/1.1 200").contains("text_delta").doesNotContain("message_stop");
        assertThat(raw)
                .as("no end of the frame, none of the body")
                .doesNotEndWith("\n\n\r\n")
                .doesNotEndWith("0\r\n\r\n");
    }

    @Test
    void aHalfClosedAnswerEndsInGoodOrderButTooEarly() throws Exception {
        List<JsonNode> events = events(post(server, ASKED, "x-script", "half-close"));

        assertThatHalfCame(events);
        assertThat(types(events)).doesNotContain("content_block_stop", "message_stop");
    }

    @Test
    void anErrorIsTheLastEvent() throws Exception {
        var response = post(server, ASKED, "x-script", "error");
        List<JsonNode> events = events(response);

        assertThatHalfCame(events);
        JsonNode error = events.getLast();
        assertThat(error.path("error").path("type").asString("")).isEqualTo("overloaded_error");
        assertThat(error.path("request_id").asString(""))
                .isEqualTo(response.headers().firstValue("request-id").orElseThrow());
    }

    @Test
    void anOverloadedServerSendsNoAnswer() throws Exception {
        var response = post(server, ASKED, "x-script", "overloaded");

        assertThat(response.statusCode()).isEqualTo(529);
        assertThat(response.headers().firstValue("x-should-retry")).contains("true");
        assertThat(json(response).path("error").path("type").asString("")).isEqualTo("overloaded_error");
    }

    @Test
    void aStalledAnswerHasOnlyPingsUntilTheClientGoes() throws Exception {
        var events = new CopyOnWriteArrayList<JsonNode>();
        var response = post(server, ASKED, "x-script", "stall");
        Thread reader = Thread.startVirtualThread(() -> {
            try {
                Wire.readInto(events, response);
            } catch (IOException closed) {
                // below, or with the server
            }
        });
        await().atMost(Duration.ofSeconds(10))
                .until(() -> types(events).stream().filter("ping"::equals).count() >= 3);

        assertThatHalfCame(events);
        response.body().close();
        await().atMost(Duration.ofSeconds(10)).until(() -> server.open() == 0);
        reader.join();
    }

    @Test
    void aSilentAnswerEndsWithTheServer() throws Exception {
        var events = new CopyOnWriteArrayList<JsonNode>();
        var response = post(server, ASKED, "x-script", "silent");
        Thread reader = Thread.startVirtualThread(() -> {
            try {
                Wire.readInto(events, response);
            } catch (IOException closed) {
                // with the server
            }
        });
        await().atMost(Duration.ofSeconds(10))
                .until(() -> !joined(events, "text").isEmpty());
        assertThat(server.open()).isEqualTo(1);

        server.close();

        reader.join();
        await().atMost(Duration.ofSeconds(10)).until(() -> server.open() == 0);
    }

    @Test
    void aSlowAnswerIsWholeAndTakesLonger() throws Exception {
        Pace pace = new Pace(Duration.ZERO, Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(1));
        try (var paced = DemoServer.start(pace, 3)) {
            long start = System.nanoTime();
            List<JsonNode> events = events(post(paced, ASKED, "x-script", "slow"));

            // 75 gaps or more, of 1 ms times 5
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5 * 75 * 1_000_000);
            assertThat(types(events)).endsWith("message_stop");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"HALF_CLOSE", "ERROR"})
    void aFaultThatWasOrderedStrikesOnce(Fault fault) throws Exception {
        server.next(fault);

        assertThat(types(events(post(server, ASKED)))).doesNotContain("message_stop");
        assertThat(types(events(post(server, ASKED)))).endsWith("message_stop");
    }

    @Test
    void anUnknownFaultIsRefusedByName() throws Exception {
        var response = post(server, ASKED, "x-script", "flood");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json(response).path("error").path("message").asString("")).contains("'flood'");
    }

    private static void assertThatHalfCame(List<JsonNode> events) {
        assertThat(joined(events, "text").length()).isBetween(200, 320);
    }
}
