package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.relay.MemoryResumeLog;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every adapter promises of streams: they come as they are made, can be resumed, cancelled, and end as they should. */
@ParameterizedClass
@EnumSource(WebServer.class)
class StreamTest extends WebServerFixture {

    @Test
    void tellsEachEventWhenItHappens() throws Exception {
        mount();
        try (WireClient client = post()) {
            ScriptedRun run = run();
            assertThat(client.header("content-type")).startsWith("text/event-stream");
            assertThat(client.header("x-stream-id")).isNotEmpty();
            assertThat(client.header("x-accel-buffering")).isEqualTo("no");
            assertThat(client.header("cache-control")).contains("no-store");
            assertThat(client.header("transfer-encoding"))
                    .isEqualTo("chunked"); // one that is cut does not look complete
            if (!webServer.isServlets()) {
                assertThat(client.header("connection")).isEqualTo("close");
            }
            for (int i = 1; i <= 5; i++) {
                run.step(i);
                assertThat(client.event()).containsEntry("id", Integer.toString(i));
            }
            run.complete();
            assertThat(client.ids()).containsExactly("6");
        }
    }

    @Test
    void resumesAfterEachEvent() throws Exception {
        mount();
        try (WireClient client = post()) {
            ScriptedRun run = run();
            IntStream.rangeClosed(1, 5).forEach(run::step);
            run.complete();
            assertThat(client.ids()).containsExactly("1", "2", "3", "4", "5", "6");
            await(run.closed);
            for (int last = 0; last < 6; last++) {
                List<String> rest = IntStream.rangeClosed(last + 1, 6)
                        .mapToObj(Integer::toString)
                        .toList();
                assertThat(get(path(client), client.cookie(), "Last-Event-ID: " + last)
                                .ids())
                        .isEqualTo(rest);
                assertThat(get(path(client) + "?lastEventId=" + last, client.cookie())
                                .ids())
                        .isEqualTo(rest);
            }
            assertThat(get(path(client), client.cookie(), "Last-Event-ID: 6").status())
                    .as("finished and delivered")
                    .isEqualTo(204);
        }
    }

    @Test
    void severalWatchOneRun() throws Exception {
        mount();
        try (WireClient first = post();
                WireClient second = get(path(first), first.cookie())) {
            ScriptedRun run = run();
            run.step(1);
            assertThat(first.event()).containsEntry("id", "1");
            assertThat(second.event()).containsEntry("id", "1");
            run.complete();
            assertThat(first.ids()).isEqualTo(second.ids()).containsExactly("2");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-1", "+1", "1e3", "0x1", "1.0", "9999999999999999999", "1 2", "١", "\"1\"", "1,2", "null", "1;x"
            })
    void refusesWhatIsNoEventsId(String id) throws Exception {
        mount();
        try (WireClient client = post()) {
            run();
            WireClient answer = get(path(client), client.cookie(), "Last-Event-ID: " + id);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("\"bad_request\"");
        }
    }

    @Test
    void aPlaceThatNeverWasIsGone() throws Exception {
        mount();
        try (WireClient client = post()) {
            run();
            assertThat(get(path(client), client.cookie(), "Last-Event-ID: 999999999999999999")
                            .status())
                    .isEqualTo(410);
        }
    }

    @Test
    void aStreamThatIsNoLongerKeptIsGone() throws Exception {
        settings.log(MemoryResumeLog.builder().streams(1).build());
        mount();
        try (WireClient client = post()) {
            run().complete();
            assertThat(client.ids()).containsExactly("1");
            post(client.cookie()).close(); // takes its place
            WireClient late = get(path(client), client.cookie());
            assertThat(late.status()).isEqualTo(410);
            assertThat(late.body()).contains("\"stream_expired\"");
            assertThat(get(path(client)).status()).as("for nobody else").isEqualTo(404);
        }
    }

    @Test
    void aPlaceThatIsNoLongerKeptIsGone() throws Exception {
        settings.log(MemoryResumeLog.builder().eventsPerStream(2).build());
        mount();
        try (WireClient client = post()) {
            ScriptedRun run = run();
            IntStream.range(0, 5).forEach(run::step);
            run.complete();
            client.ids();
            assertThat(get(path(client), client.cookie(), "Last-Event-ID: 3").status())
                    .isEqualTo(410);
            assertThat(get(path(client), client.cookie()).status()).isEqualTo(410);
            assertThat(get(path(client), client.cookie(), "Last-Event-ID: 4").ids())
                    .containsExactly("5", "6");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/stream/none",
                "/api/v1/stream/../../etc/passwd",
                "/api/v1/stream/..%2f..%2fetc%2fpasswd",
                "/api/v1/stream/%2e%2e/x",
                "/api/v1/stream/%00",
                "/api/v1/stream/a%00b",
                "/api/v1/stream/%C3%A4",
                "/api/v1/stream/a/b",
                "/api/v1/stream/*",
                "/api/v1/stream/%0d%0aX-Evil:%201",
                "/api/v1/stream/"
            })
    void noHostilePathFindsAStream(String path) throws Exception {
        mount();
        for (String method : List.of("GET", "DELETE")) {
            WireClient answer = send(method, path, "");
            assertThat(answer.status()).isIn(400, 404, 405);
            assertThat(answer.header("x-evil")).isEmpty();
        }
        assertThat(get("/api/v1/stream/" + "a".repeat(5000)).status()).isEqualTo(404);
    }

    @Test
    void anotherSessionsStreamIsAsUnknownAsNone() throws Exception {
        mount();
        try (WireClient owner = post();
                WireClient other = post()) {
            run();
            String foreign = get(path(owner), other.cookie()).body();
            assertThat(get(path(owner), other.cookie()).status()).isEqualTo(404);
            assertThat(get(path(owner)).status()).isEqualTo(404);
            assertThat(send("DELETE", path(owner), "", other.cookie()).status()).isEqualTo(404);
            assertThat(get("/api/v1/stream/AAAAAAAAAAAAAAAAAAAAAA", other.cookie())
                            .body())
                    .isEqualTo(foreign);
        }
    }

    @Test
    void cancelsTheRun() throws Exception {
        mount();
        try (WireClient client = post()) {
            ScriptedRun run = run();
            run.step(1);
            assertThat(client.event()).containsEntry("id", "1");
            assertThat(send("DELETE", path(client), "", client.cookie()).status())
                    .isEqualTo(202);
            await(run.cancelled);
            client.ids(); // to the end, which comes
            await(run.closed);
            assertThat(send("DELETE", path(client), "", client.cookie()).status())
                    .as("once more")
                    .isEqualTo(202);
        }
    }

    @Test
    void aClientThatIsGoneIsNoticedWhenItIsWrittenTo() throws Exception {
        settings.abandonAfter(Duration.ZERO);
        mount();
        WireClient client = post();
        ScriptedRun run = run();
        client.socket().setSoLinger(true, 0);
        client.close();
        for (int i = 0; i < 2000 && run.cancelled.getCount() > 0; i++) {
            run.step(i);
            run.cancelled.await(5, java.util.concurrent.TimeUnit.MILLISECONDS);
        }
        await(run.cancelled);
        await(run.closed);
    }

    /** What waits for it fits into its buffer, or else it would be sent on to the log, and told what that does not have any more. */
    @Test
    void aClientThatReadsNothingIsCutOff() throws Exception {
        settings.abandonAfter(Duration.ZERO).watcherBuffer(64 << 20);
        writeLimit = Duration.ofMillis(300);
        mount();
        try (WireClient client =
                WireClient.narrow(port).request("POST", "/api/v1/stream", BODY.getBytes(StandardCharsets.UTF_8))) {
            ScriptedRun run = run();
            var filling = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 100_000 && run.cancelled.getCount() > 0; i++) {
                    run.step(i);
                }
            });
            await(run.cancelled);
            filling.join();
            assertCut(client);
        }
    }

    /** What was cut does not look complete. */
    private static void assertCut(WireClient client) {
        assertThatThrownBy(client::ids).isInstanceOfAny(EOFException.class, SocketException.class);
    }

    /**
     * One whose machine has lost its network looks like this: nothing fails, until what the system keeps for it is full. It
     * keeps a megabyte or more, of which events take most here, so that heartbeats do not need minutes for the rest.
     */
    @Test
    void aClientThatVanishedIsNoticedByWhatItWasToldAndHarmsNobody() throws Exception {
        settings.heartbeat(Duration.ofNanos(100_000));
        writeLimit = Duration.ofMillis(300);
        mount();
        try (WireClient other = post();
                WireClient vanished =
                        WireClient.narrow(port).request("GET", path(other), new byte[0], other.cookie())) {
            ScriptedRun run = run();
            Awaitility.await().until(() -> relay.watching() == 2);
            var told = new FutureTask<>(
                    other::ids); // reads all the time, or the heartbeats would fill its connection, too
            Thread.ofVirtual().start(told);
            String much = "x".repeat(10_000);
            for (int i = 1; i <= 150; i++) {
                run.step(i, much);
            }
            Awaitility.await().until(() -> relay.watching() == 1);
            assertCut(vanished);
            run.step(151);
            run.complete();
            assertThat(told.get(10, TimeUnit.SECONDS))
                    .hasSize(152)
                    .startsWith("1")
                    .endsWith("151", "152");
            assertThat(run.cancelled.getCount()).as("is not cancelled").isEqualTo(1);
        }
    }

    @Test
    void whoIsWatchingWhenTheServerStopsIsTold() throws Exception {
        mount();
        try (WireClient client = post();
                WireClient openAi = send("POST", "/v1/chat/completions", OPEN_AI)) {
            ScriptedRun run = run();
            run.step(1);
            client.event();
            endpoint.shutdown(Duration.ofSeconds(5));
            assertThat(client.event())
                    .containsEntry("event", "stream_error")
                    .satisfies(
                            event -> assertThat(event.get("data")).contains("server_shutdown", "\"retryable\":true"));
            assertThat(client.event()).isEmpty();
            assertThat(openAi.body()).contains("error");
            await(run.cancelled);
            assertThat(get("/healthz").status()).isEqualTo(503);
            assertThat(send("POST", "/api/v1/stream", BODY).status()).isEqualTo(503);
            stopServer();
            assertThatThrownBy(() -> get("/healthz")).isInstanceOfAny(IOException.class, EOFException.class);
        }
    }

    private static final String OPEN_AI =
            "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String CHAT = "{\"id\":\"c 1\",\"messages\":[{\"id\":\"m\",\"role\":\"user\",\"parts\":"
            + "[{\"type\":\"text\",\"text\":\"hi\"}]}],\"trigger\":\"submit-message\"}";

    @Test
    void aChatIsResumedByItsNameWhileItRuns() throws Exception {
        mount();
        try (WireClient client = send("POST", "/api/v1/chat", CHAT)) {
            ScriptedRun run = run();
            assertThat(requests.take().chatId()).isEqualTo("c 1");
            assertThat(client.header("x-vercel-ai-ui-message-stream")).isEqualTo("v1");
            try (WireClient back = get("/api/v1/chat/c%201/stream", client.cookie())) {
                assertThat(back.status()).isEqualTo(200);
                assertThat(get("/api/v1/chat/c%201/stream").status())
                        .as("nobody else's")
                        .isEqualTo(204);
                assertThat(get("/api/v1/chat/c2/stream", client.cookie()).status())
                        .isEqualTo(204);
                run.complete();
                assertThat(back.body()).endsWith("data: [DONE]\n\n").contains("\"finish\"");
            }
            assertThat(client.body()).contains("[DONE]");
            await(run.closed);
            assertThat(get("/api/v1/chat/c%201/stream", client.cookie()).status())
                    .isEqualTo(204);
        }
    }

    @Test
    void speaksAsOpenAiDoes() throws Exception {
        mount();
        try (WireClient client = send("POST", "/v1/chat/completions", OPEN_AI)) {
            run().complete();
            assertThat(client.body()).contains("chat.completion.chunk").endsWith("data: [DONE]\n\n");
        }
        WireClient whole = send("POST", "/v1/chat/completions", OPEN_AI.replace("true", "false"));
        assertThat(whole.status()).isEqualTo(400);
        assertThat(whole.body()).contains("stream");
    }
}
