package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import dev.sluice.test.peer.ScriptedModel;
import dev.sluice.tools.RunJournal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What every adapter promises of questions that a run asks its user. */
@ParameterizedClass
@EnumSource(WebServer.class)
class ApprovalTest extends AskingFixture {
    @BeforeEach
    void begin() throws Exception {
        settings.journal(RunJournal.inMemory());
        mount();
    }

    @Test
    void theUsersAnswerIsTakenOnceAndTheRunGoesOn() throws Exception {
        try (WireClient watching = send("POST", "/api/v1/stream", "{\"message\":\"run 1\"}")) {
            String question = path(watching) + "/approvals/" + question(watching);
            assertThat(send("POST", question, ALLOWED).status())
                    .as("another session")
                    .isEqualTo(404);
            assertThat(send("POST", question + "0", ALLOWED, watching.cookie()).status())
                    .as("a question that nobody asked is kept for a call that may come")
                    .isEqualTo(204);
            assertThat(send("POST", path(watching) + "/approvals/x", ALLOWED, watching.cookie())
                            .status())
                    .isEqualTo(404);
            assertThat(send("POST", question, "{\"allowed\":\"yes\"}", watching.cookie())
                            .status())
                    .isEqualTo(400);
            assertThat(send("GET", question, "", watching.cookie()).status()).isEqualTo(405);
            assertThat(send("POST", question, ALLOWED, watching.cookie(), "Origin: https://elsewhere.example")
                            .status())
                    .isEqualTo(403);
            assertThat(send("POST", question, ALLOWED, watching.cookie()).status())
                    .isEqualTo(204);
            assertThat(send("POST", question, ALLOWED, watching.cookie()).status())
                    .isEqualTo(409);
            List<Map<String, String>> rest = rest(watching);
            assertThat(rest.toString()).contains("done by charge");
            assertThat(rest.getLast()).containsEntry("event", "stream_complete");
        }
    }

    @Test
    void aRefusalIsToldToTheModelWithItsReason() throws Exception {
        try (WireClient watching = send("POST", "/api/v1/stream", "{\"message\":\"run 1\"}")) {
            String question = path(watching) + "/approvals/" + question(watching);
            assertThat(send("POST", question, "{\"allowed\":false,\"reason\":\"too dear\"}", watching.cookie())
                            .status())
                    .isEqualTo(204);
            assertThat(rest(watching).toString()).contains("too dear").doesNotContain("done by charge");
        }
    }

    @Test
    void aChatEndsWithTheQuestionAndGoesOnWithTheAnswer() throws Exception {
        try (WireClient asking = send("POST", "/api/v1/chat", chat("[]", "user"))) {
            String id = asking.header("x-stream-id");
            List<Map<String, Object>> asked = chunks(asking);
            assertThat(asked.getLast()).containsEntry("type", "finish").containsEntry("finishReason", "tool-calls");
            assertThat(chunks(get("/api/v1/chat/c/stream", asking.cookie())))
                    .as("for a page that is loaded again")
                    .isEqualTo(asked);
            String key = String.valueOf(one("tool-approval-request", asked).get("approvalId"));
            String place = Json.write(one("data-run-parked", asked));
            String answer = chat(
                    "[{\"type\":\"tool-charge\",\"toolCallId\":\"x\",\"input\":{},\"state\":\"approval-responded\",\"approval\":{\"id\":\""
                            + key + "\",\"approved\":true}}," + place + "]",
                    id);
            assertThat(send("POST", "/api/v1/chat", answer).status())
                    .as("another session")
                    .isEqualTo(404);
            assertThat(send("POST", "/api/v1/chat", answer.replace("data-run-parked", "data-x"), asking.cookie())
                            .status())
                    .isEqualTo(400);
            List<Map<String, Object>> rest = chunks(send("POST", "/api/v1/chat", answer, asking.cookie()));
            assertThat(rest.getFirst()).containsEntry("type", "start").containsEntry("messageId", id);
            assertThat(one("tool-output-available", rest.subList(0, 2))).containsEntry("output", "done by charge");
            assertThat(rest.getLast()).containsEntry("type", "finish").containsEntry("finishReason", "stop");
            assertThat(text(asked) + text(rest)).isEqualTo(ScriptedModel.text(1));
            assertThat(chunks(send("POST", "/api/v1/chat", answer, asking.cookie())))
                    .as("a second answer does not count, and gets the outcome of the first")
                    .isEqualTo(rest);
            assertThat(model.requests()).isEqualTo(3);
        }
    }

    @Test
    void aReasonThatIsTooLongIsRefused() throws Exception {
        String denied = "{\"allowed\":false,\"reason\":\"%s\"}";
        try (WireClient watching = send("POST", "/api/v1/stream", "{\"message\":\"run 1\"}")) {
            String question = path(watching) + "/approvals/" + question(watching);
            WireClient refused = send("POST", question, denied.formatted("x".repeat(4_097)), watching.cookie());
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.body()).contains("reason: has 4097 characters; at most 4096 are allowed");
            assertThat(send("POST", question, denied.formatted("x".repeat(4_096)), watching.cookie())
                            .status())
                    .isEqualTo(204);
        }
        String answer = chat(
                "[{\"type\":\"tool-charge\",\"state\":\"approval-responded\",\"approval\":{\"id\":\"s-1\",\"approved\":false,\"reason\":\""
                        + "x".repeat(4_097) + "\"}},{\"type\":\"data-run-parked\",\"data\":{\"eventId\":1}}]",
                "s");
        assertThat(send("POST", "/api/v1/chat", answer).status()).isEqualTo(400);
    }

    @Test
    void answersCountAsStartsDo() throws Exception {
        stopServer();
        relay.close();
        settings.journal(RunJournal.inMemory());
        mount(builder -> builder.startLimit(3, Duration.ofHours(1)));
        try (WireClient watching = send("POST", "/api/v1/stream", "{\"message\":\"run 1\"}")) {
            String question = path(watching) + "/approvals/" + question(watching);
            assertThat(send("POST", question + "0", ALLOWED, watching.cookie()).status())
                    .isEqualTo(204);
            assertThat(send("POST", question + "1", ALLOWED, watching.cookie()).status())
                    .isEqualTo(204);
            WireClient refused = send("POST", question, ALLOWED, watching.cookie());
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("retry-after")).isNotEmpty();
        }
    }
}
