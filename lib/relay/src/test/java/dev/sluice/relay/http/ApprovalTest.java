package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.LlmClient;
import dev.sluice.internal.json.Json;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.relay.RunSource;
import dev.sluice.test.peer.ScriptedModel;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolApproval;
import dev.sluice.tools.ToolLoop;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What every adapter promises of questions that a run asks its user. */
@ParameterizedClass
@EnumSource(WebServer.class)
class ApprovalTest extends WebServerFixture {
    private static final String ALLOWED = "{\"allowed\":true}";

    private ScriptedModel model;
    private LlmClient client;

    @BeforeEach
    void ask() throws Exception {
        model = ScriptedModel.start();
        client = LlmClient.builder(Claude.builder()
                        .apiKey("k")
                        .baseUrl(URI.create("http://127.0.0.1:" + model.port()))
                        .build())
                .build();
        settings.journal(RunJournal.inMemory()).showErrors(true);
        starter = request -> {
            ToolLoop.Builder run = ToolLoop.builder(
                            client,
                            MessageRequest.builder()
                                    .model("m")
                                    .maxTokens(100)
                                    .messages(request.conversation().messages())
                                    .build())
                    .approval(
                            (tool, call) -> tool.name().equals("charge") ? ToolApproval.later() : ToolApproval.allow());
            ScriptedModel.TOOLS.forEach(turn -> turn.forEach(
                    name -> run.tools(Tool.of(name, "A tool.", "{}", (input, call) -> "done by " + name))));
            request.journal().ifPresent(run::journal);
            return RunSource.of(run.start());
        };
        mount();
    }

    @AfterEach
    void end() {
        client.close();
        model.close();
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
                    .as("a second answer does not count, and hears what came of the first")
                    .isEqualTo(rest);
            assertThat(model.requests()).isEqualTo(3);
        }
    }

    /** A chat's request: the model's message with these parts, if they are of this id. */
    private static String chat(String parts, String id) {
        String question = "{\"id\":\"u\",\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"text\":\"run 1\"}]}";
        return "{\"id\":\"c\",\"trigger\":\"submit-message\",\"messages\":[" + question
                + (id.equals("user") ? "" : ",{\"id\":\"" + id + "\",\"role\":\"assistant\",\"parts\":" + parts + "}")
                + "]}";
    }

    private static List<Map<String, Object>> chunks(WireClient answer) throws Exception {
        assertThat(answer.status()).isEqualTo(200);
        List<Map<String, String>> events = rest(answer);
        assertThat(events.removeLast()).containsEntry("data", "[DONE]");
        return events.stream().map(event -> Json.readObject(event.get("data"))).toList();
    }

    private static Map<String, Object> one(String type, List<Map<String, Object>> chunks) {
        return chunks.stream()
                .filter(chunk -> type.equals(chunk.get("type")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type + " in " + chunks));
    }

    private static String text(List<Map<String, Object>> chunks) {
        return chunks.stream()
                .filter(chunk -> "text-delta".equals(chunk.get("type")))
                .map(chunk -> String.valueOf(chunk.get("delta")))
                .collect(Collectors.joining());
    }

    private static String question(WireClient watching) throws Exception {
        while (true) {
            Map<String, String> event = watching.event();
            if ("approval_asked".equals(event.get("event"))) {
                return String.valueOf(Json.readObject(event.get("data")).get("call_key"));
            }
            assertThat(event).as("before the question").isNotEmpty();
        }
    }

    private static List<Map<String, String>> rest(WireClient watching) throws Exception {
        var events = new ArrayList<Map<String, String>>();
        for (Map<String, String> event = watching.event(); !event.isEmpty(); event = watching.event()) {
            events.add(event);
        }
        return events;
    }
}
