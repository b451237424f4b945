package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import dev.sluice.test.peer.ScriptedModel;
import dev.sluice.tools.RunJournal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A run waits for a person when the server is restarted. Only the journal's directory still has the run. */
@ParameterizedClass
@EnumSource(WebServer.class)
class ForgottenRunTest extends AskingFixture {
    @TempDir
    private Path directory;

    private RunJournal journal;
    private String cookie;
    private String stream;
    private String question;

    @BeforeEach
    void begin() throws Exception {
        open();
    }

    private void open() throws Exception {
        journal = RunJournal.directory(directory);
        settings.journal(journal);
        mount(endpoint -> endpoint.authenticator(RelayAuthenticator.cookie(new byte[32])));
    }

    @AfterEach
    void closeJournal() {
        journal.close();
    }

    /** Replaces server, relay and journal, as a new process does. */
    private void restart() throws Exception {
        Awaitility.await().until(() -> relay.running() == 0);
        stopServer();
        relay.close();
        journal.close();
        open();
    }

    private void parkAndForget() throws Exception {
        WireClient asking = send("POST", "/api/v1/stream", "{\"message\":\"run 1\"}");
        cookie = asking.cookie();
        stream = path(asking);
        question = stream + "/approvals/" + question(asking);
        restart();
    }

    @Test
    void itIsWatchedFromItsBeginningAndAnswered() throws Exception {
        parkAndForget();
        try (WireClient watching = get(stream, cookie)) {
            assertThat(watching.status()).isEqualTo(200);
            assertThat(stream + "/approvals/" + question(watching)).isEqualTo(question);
            assertThat(send("POST", question, ALLOWED, cookie).status()).isEqualTo(204);
            assertThat(send("POST", question, ALLOWED, cookie).status()).isEqualTo(409);
            List<Map<String, String>> rest = rest(watching);
            assertThat(rest.toString()).contains("done by charge");
            assertThat(rest.getLast()).containsEntry("event", "stream_complete");
        }
        assertThat(model.requests()).as("one for each turn").isEqualTo(3);
    }

    @Test
    void itIsAnsweredBeforeAnybodyWatches() throws Exception {
        parkAndForget();
        assertThat(send("POST", question, ALLOWED, cookie).status()).isEqualTo(204);
        assertThat(rest(get(stream, cookie)).getLast()).containsEntry("event", "stream_complete");
    }

    @Test
    void itIsStopped() throws Exception {
        parkAndForget();
        assertThat(send("DELETE", stream, "", cookie).status()).isEqualTo(202);
        assertThat(rest(get(stream, cookie)).getLast())
                .containsEntry("event", "stream_error")
                .extractingByKey("data")
                .asString()
                .contains("\"code\":\"cancelled\"");
    }

    @Test
    void anotherSessionFindsNoSuchRun() throws Exception {
        parkAndForget();
        assertThat(get(stream).status()).isEqualTo(404);
        assertThat(send("POST", question, ALLOWED).status()).isEqualTo(404);
        assertThat(send("DELETE", stream, "").status()).isEqualTo(404);
        String other = stream.substring(0, stream.length() - 1) + (stream.endsWith("A") ? "B" : "A");
        assertThat(get(other, cookie).status()).isEqualTo(404);
        assertThat(journal.firstRecord(other.substring(other.lastIndexOf('/') + 1)))
                .as("a run that nobody has started")
                .isEmpty();
        assertThat(relay.running()).isZero();
    }

    @Test
    void aClientThatKnowsAPartIsToldThatItHasExpired() throws Exception {
        parkAndForget();
        assertThat(get(stream, cookie, "Last-Event-ID: 7").status()).isEqualTo(410);
        assertThat(get(stream, cookie).status()).isEqualTo(200);
    }

    @Test
    void aChatGoesOnWithTheAnswerAndRepeatsNothing() throws Exception {
        WireClient asking = send("POST", "/api/v1/chat", chat("[]", "user"));
        String id = asking.header("x-stream-id");
        List<Map<String, Object>> asked = chunks(asking);
        restart();
        String key = String.valueOf(one("tool-approval-request", asked).get("approvalId"));
        String place = Json.write(one("data-run-parked", asked));
        String answer = chat(
                "[{\"type\":\"tool-charge\",\"toolCallId\":\"x\",\"input\":{},\"state\":\"approval-responded\",\"approval\":{\"id\":\""
                        + key + "\",\"approved\":true}}," + place + "]",
                id);
        List<Map<String, Object>> rest = chunks(send("POST", "/api/v1/chat", answer, asking.cookie()));
        assertThat(rest.getFirst()).containsEntry("type", "start").containsEntry("messageId", id);
        assertThat(rest.toString()).contains("done by charge").doesNotContain("tool-approval-request");
        assertThat(rest.getLast()).containsEntry("type", "finish").containsEntry("finishReason", "stop");
        assertThat(text(asked) + text(rest)).isEqualTo(ScriptedModel.text(1));
    }
}
