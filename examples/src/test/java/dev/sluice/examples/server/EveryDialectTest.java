package dev.sluice.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.test.server.Fault;
import dev.sluice.test.server.Pace;
import dev.sluice.test.server.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is the same on every wire: what is said, and how it goes wrong, each in the wire's own shape. */
class EveryDialectTest {
    private static final int SEED = 3;

    private final ScriptedServer server = DemoServer.start(Pace.instant(), SEED);

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void theSameSeedGivesTheSameBytesAndAnotherGivesOthers(HttpDialectClient speaker) throws Exception {
        String once = HttpDialectClient.text(speaker.post(server, speaker.asking("a long story", "")));
        try (var same = DemoServer.start(Pace.instant(), SEED);
                var another = DemoServer.start(Pace.instant(), SEED + 1)) {
            String again = HttpDialectClient.text(speaker.post(same, speaker.asking("a long story", "")));
            String differently = HttpDialectClient.text(speaker.post(another, speaker.asking("a long story", "")));

            assertThat(again).isEqualTo(once).contains(speaker.mark);
            assertThat(differently).isNotEqualTo(once);
            assertThat(speaker.words(speaker.chunks(differently))).isEqualTo(speaker.words(speaker.chunks(once)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CLAUDE, 529, /error/type,   overloaded_error",
        "GEMINI, 503, /error/status, UNAVAILABLE",
        "OPENAI, 503, /error/type,   server_error",
        "RESPONSES, 503, /error/type, server_error",
        "INTERACTIONS, 503, /error/code, unavailable"
    })
    void anOverloadedServerSendsNoAnswer(HttpDialectClient speaker, int status, String place, String type)
            throws Exception {
        var response = speaker.post(server, speaker.asking("rivers", ""), "x-script", "overloaded");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(Wire.json(response).at(place).asString("")).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "CLAUDE, /error/type,   overloaded_error",
        "GEMINI, /error/status, UNAVAILABLE",
        "OPENAI, /error/type,   server_error",
        "RESPONSES, /error/type, server_error",
        "INTERACTIONS, /error/code, unavailable"
    })
    void anErrorIsTheLastFrame(HttpDialectClient speaker, String place, String type) throws Exception {
        String stream = HttpDialectClient.text(fail(speaker, Fault.ERROR));
        var chunks = speaker.chunks(stream);

        assertThatHalfCame(speaker, stream);
        assertThat(chunks.getLast().at(place).asString("")).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "CLAUDE, /error/type,   overloaded_error",
        "GEMINI, /error/status, UNAVAILABLE",
        "OPENAI, /error/type,   server_error",
        "RESPONSES, /error/type, server_error",
        "INTERACTIONS, /error/code, unavailable"
    })
    void aBareErrorIsJsonOfSeveralLinesBehindTheLastFrame(HttpDialectClient speaker, String place, String type)
            throws Exception {
        String stream = HttpDialectClient.text(fail(speaker, Fault.BARE_ERROR));

        int end = stream.lastIndexOf(speaker.frameEnd) + speaker.frameEnd.length();
        assertThatHalfCame(speaker, stream.substring(0, end));
        assertThat(stream.substring(end).lines())
                .hasSizeGreaterThan(3)
                .startsWith("{")
                .endsWith("}");
        JsonNode error = JsonMapper.shared().readTree(stream.substring(end));
        assertThat(error.at(place).asString("")).isEqualTo(type);
    }

    @ParameterizedTest
    @EnumSource
    void aHalfClosedAnswerEndsInGoodOrderButTooEarly(HttpDialectClient speaker) throws Exception {
        String stream = HttpDialectClient.text(fail(speaker, Fault.HALF_CLOSE));

        assertThat(stream).endsWith(speaker.frameEnd);
        assertThatHalfCame(speaker, stream);
    }

    @ParameterizedTest
    @EnumSource
    void aCutAnswerLosesItsConnectionInsideAFrame(HttpDialectClient speaker) throws Exception {
        String raw = speaker.raw(server, speaker.asking("rivers", ""), "x-script: cut");

        assertThat(raw).startsWith("HTTP/1.1 200").contains("A r").doesNotContain(speaker.mark);
        assertThat(raw.stripTrailing())
                .as("no end of the frame, none of the body")
                .doesNotEndWith("}")
                .doesNotEndWith("\r\n0");
    }

    @ParameterizedTest
    @EnumSource
    void aStalledAnswerShowsLifeButSaysNothingUntilTheClientGoes(HttpDialectClient speaker) throws Exception {
        var response = fail(speaker, Fault.STALL);
        var came = new StringBuffer();
        Thread reader = read(response, came);
        String life = switch (speaker) {
            case CLAUDE -> "event: ping";
            case RESPONSES -> "event: keepalive";
            default -> ": keep-alive";
        };
        await().atMost(Duration.ofSeconds(10)).until(() -> came.toString().split(life, -1).length > 3);

        assertThatHalfCame(speaker, came.toString().replaceAll(": keep-alive\n\n", ""));
        response.body().close();
        await().atMost(Duration.ofSeconds(10)).until(() -> server.open() == 0);
        reader.join();
    }

    @ParameterizedTest
    @EnumSource
    void aSilentAnswerEndsWithTheServer(HttpDialectClient speaker) throws Exception {
        var came = new StringBuffer();
        Thread reader = read(fail(speaker, Fault.SILENT), came);
        await().atMost(Duration.ofSeconds(10)).until(() -> came.length() > 1000);
        assertThat(server.open()).isEqualTo(1);

        server.close();

        reader.join();
        assertThat(came).doesNotContain(speaker.mark).doesNotContain("keep-alive");
    }

    @ParameterizedTest
    @EnumSource
    void aSlowAnswerIsWhole(HttpDialectClient speaker) throws Exception {
        assertThat(HttpDialectClient.text(fail(speaker, Fault.SLOW))).contains(speaker.mark);
    }

    @ParameterizedTest
    @EnumSource
    void anUnfinishedAnswerIsGoneOnWith(HttpDialectClient speaker) throws Exception {
        String whole = Answers.to("rivers", false);
        String turn = switch (speaker) {
            case GEMINI -> ",{\"role\":\"model\",\"parts\":[{\"text\":\"SAID\"}]}]}";
            case INTERACTIONS -> ",{\"type\":\"model_output\",\"content\":\"SAID\"}]}";
            default -> ",{\"role\":\"assistant\",\"content\":\"SAID\"}]}";
        };
        String asking = speaker.asking("rivers", "");
        String body = asking.substring(0, asking.length() - 2) + turn.replace("SAID", whole.substring(0, 40));

        assertThat(speaker.words(speaker.chunks(speaker.post(server, body)))).isEqualTo(whole.substring(40));
    }

    @Test
    void claudesAndOpenAisListsOfModelsShareAPathAndNotAHeader() throws Exception {
        JsonNode claudes = HttpDialectClient.CLAUDE.get(server, "/v1/models");
        JsonNode openAis = HttpDialectClient.OPENAI.get(server, "/v1/models");

        assertThat(claudes.at("/data/0/max_input_tokens").asInt(0)).isPositive();
        assertThat(claudes.at("/data/0/max_tokens").asInt(0)).isPositive();
        assertThat(openAis.path("object").asString("")).isEqualTo("list");
        assertThat(openAis.at("/data/0/object").asString("")).isEqualTo("model");
        assertThat(openAis.path("data").findValuesAsString("id")).contains("gpt-6-luna");
    }

    @Test
    void claudesListHasPages() throws Exception {
        JsonNode first = HttpDialectClient.CLAUDE.get(server, "/v1/models");
        JsonNode second = HttpDialectClient.CLAUDE.get(
                server, "/v1/models?after_id=" + first.path("last_id").asString(""));
        JsonNode all = HttpDialectClient.CLAUDE.get(server, "/v1/models?limit=1000");

        assertThat(first.path("has_more").asBoolean(false)).isTrue();
        assertThat(second.path("has_more").asBoolean(true)).isFalse();
        assertThat(all.path("has_more").asBoolean(true)).isFalse();
        assertThat(first.path("data").size() + second.path("data").size())
                .isEqualTo(all.path("data").size());
        assertThat(second.path("data").path(0))
                .isEqualTo(all.path("data").path(first.path("data").size()));
    }

    @Test
    void geminisListHasPages() throws Exception {
        JsonNode first = HttpDialectClient.GEMINI.get(server, "/v1beta/models");
        JsonNode second = HttpDialectClient.GEMINI.get(
                server,
                "/v1beta/models?pageToken=" + first.path("nextPageToken").asString(""));

        assertThat(first.at("/models/0/name").asString("")).startsWith("models/gemini-");
        assertThat(first.at("/models/0/inputTokenLimit").asInt(0)).isPositive();
        assertThat(first.at("/models/0/outputTokenLimit").asInt(0)).isPositive();
        assertThat(second.path("models").size()).isPositive();
        assertThat(second.has("nextPageToken")).isFalse();
        assertThat(second.at("/models/0")).isNotIn(first.path("models"));
    }

    @ParameterizedTest
    @CsvSource({"/v1/models?limit=none", "/v1/models?limit=0", "/v1/models?after_id=nobody"})
    void aPageThatIsNotThereIsRefused(String path) throws Exception {
        assertThat(HttpDialectClient.CLAUDE.get(server, path).at("/error/type").asString(""))
                .isEqualTo("invalid_request_error");
    }

    private HttpResponse<InputStream> fail(HttpDialectClient speaker, Fault fault) throws Exception {
        return speaker.post(server, speaker.asking("Tell me about rivers", ""), "x-script", fault.header());
    }

    private static Thread read(HttpResponse<InputStream> response, StringBuffer came) {
        return Thread.startVirtualThread(() -> {
            byte[] buffer = new byte[4096];
            try (InputStream in = response.body()) {
                for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                    came.append(new String(buffer, 0, read, UTF_8));
                }
            } catch (IOException closed) {
                // by the test, or with the server
            }
        });
    }

    private static void assertThatHalfCame(HttpDialectClient speaker, String stream) {
        assertThat(speaker.words(speaker.chunks(stream)).length()).isBetween(200, 320);
        assertThat(stream).doesNotContain(speaker.mark);
    }
}
