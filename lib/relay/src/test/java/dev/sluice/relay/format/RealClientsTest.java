package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Conversation;
import dev.sluice.message.Role;
import dev.sluice.relay.format.UiMessageFormat.Answers;
import dev.sluice.tools.ToolApproval;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The clients that people have, as they come from npm: {@code useChat}'s Chat and OpenAI's package. They are run once, by
 * {@code src/test/npm/clients.mjs}; each test looks at what they saw of one thing. Needs Node and {@code npm ci}, so it runs
 * with {@code -Pnpm} only.
 */
@Tag("npm")
class RealClientsTest {
    private static final String SAID = "Let me look. The Douro stands at 2.41 m.";
    private static ClientServer server;
    private static Map<String, Object> seen;

    @BeforeAll
    static void runThem(@TempDir Path folder) throws IOException, InterruptedException {
        server = new ClientServer();
        Path out = folder.resolve("out.json");
        Path errors = folder.resolve("errors.txt");
        Process node = new ProcessBuilder("node", "clients.mjs", server.address())
                .directory(Path.of("src/test/npm").toFile())
                .redirectInput(Redirect.PIPE)
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(node.waitFor(2, TimeUnit.MINUTES)).as("node ends").isTrue();
        } finally {
            node.destroyForcibly();
        }
        assertThat(node.exitValue())
                .as(Files.readString(errors, StandardCharsets.UTF_8))
                .isZero();
        String saw = Files.readString(out, StandardCharsets.UTF_8);
        Files.writeString(Path.of("target/npm-clients.json"), saw); // for who wants to see it whole
        seen = Json.readObject(saw);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void textThoughtsToolsProgressAndSourcesAreParts() {
        assertThat(at("tools", "status")).isEqualTo("ready");
        assertThat(at("tools", "text")).isEqualTo(SAID);
        assertThat(at("tools", "askedToRunATool")).isNull();
        assertThat(at("tools", "ends", 0, "finishReason")).isEqualTo("stop");
        assertThat(at("tools", "messages", 1, "id")).isEqualTo("s1");
        assertThat(at("tools", "messages", 1, "metadata", "usage", "output_tokens"))
                .isEqualTo(10);
        assertThat(part("tools", "reasoning"))
                .containsEntry("text", "A gauge will know.")
                .containsEntry("state", "done");
        assertThat(part("tools", "tool-river_level"))
                .containsEntry("state", "output-available")
                .containsEntry("input", Map.of("river", "Douro"))
                .containsEntry("output", "2.41 m")
                .containsEntry("providerExecuted", true);
        assertThat(part("tools", "tool-rain"))
                .containsEntry("state", "output-error")
                .containsEntry("errorText", "no gauge");
        assertThat(part("tools", "source-url")).containsEntry("url", "https://rivers.example/douro");
        assertThat(parts("tools").stream().map(part -> part.get("type")))
                .containsExactly(
                        "step-start",
                        "reasoning",
                        "text",
                        "tool-river_level",
                        "tool-rain",
                        "data-tool-progress",
                        "data-tool-event",
                        "step-start",
                        "text",
                        "source-url");
    }

    @Test
    void progressIsOnePartThatIsReplacedAndAnEventEach() {
        assertThat(part("tools", "data-tool-progress"))
                .containsEntry("data", Map.of("toolCallId", "toolu_1", "message", "reading", "percentage", 90));
        assertThat(list("tools", "data").stream().map(part -> part.get("type")))
                .containsExactly("data-tool-progress", "data-tool-progress", "data-tool-event");
    }

    @Test
    void whatWasSaidComesBackAsAConversationThatAProviderTakes() {
        assertThat(at("twice", "status")).isEqualTo("ready");
        Conversation second = server.asked.get(2);
        assertThat(second.messages().stream().map(message -> message.role()))
                .containsExactly(Role.USER, Role.ASSISTANT, Role.USER, Role.ASSISTANT, Role.USER);
        assertThat(second.unanswered()).isEmpty();
        assertThat(second.messages().get(1).toolUses()).hasSize(2);
        assertThat(second.messages().getLast().text()).isEqualTo("And now?");
        assertThat(at("regenerated", "text")).isEqualTo(SAID);
        assertThat(server.failures).isEmpty();
    }

    @Test
    void failuresAreErrors() {
        assertThat(at("error", "status")).isEqualTo("error");
        assertThat(at("error", "error")).isEqualTo("The model is overloaded.");
        assertThat(at("error", "text")).isEqualTo("Well, ");
        assertThat(at("failure", "status")).isEqualTo("error");
        assertThat(at("failure", "error")).isEqualTo("The server stops.");
        assertThat(parts("failure")).noneMatch(part -> "input-streaming".equals(part.get("state")));
    }

    @Test
    void aCutStreamIsAnErrorThatCanBeResumed() {
        assertThat(at("cut", "status")).isEqualTo("error");
        assertThat(at("cut", "ends", 0, "isError")).isEqualTo(true);
        assertThat(at("reconnected", "status")).isEqualTo("ready");
        assertThat(at("reconnected", "text")).isEqualTo(SAID);
        assertThat(list("reconnected", "messages")).hasSize(2);
        assertThat(parts("reconnected")).hasSameSizeAs(parts("tools"));
    }

    @Test
    void aCancelledRunIsOverAndNothingSpinsOn() {
        assertThat(at("cancelled", "status")).isEqualTo("ready");
        assertThat(at("cancelled", "text")).isEqualTo("Let me look. ");
        assertThat(at("cancelled", "ends", 0, "finishReason")).isNull();
        assertThat(parts("cancelled"))
                .noneMatch(part -> List.of("streaming", "input-streaming", "input-available")
                        .contains(String.valueOf(part.get("state"))));
    }

    @Test
    void whatATurnSaidBeforeItWasTakenBackIsGone() {
        assertThat(at("reset", "status")).isEqualTo("ready");
        assertThat(at("reset", "text")).isEqualTo(SAID);
        assertThat(parts("reset")).hasSameSizeAs(parts("tools"));
        assertThat(part("reset", "reasoning")).containsEntry("text", "A gauge will know.");
        assertThat(parts("reset").subList(2, parts("tools").size()))
                .isEqualTo(parts("tools").subList(2, parts("tools").size()));
        assertThat(at("openaiReset", "text")).isEqualTo(SAID);
        assertThat(at("openaiReset", "finish")).isEqualTo("stop");
    }

    @Test
    void aQuestionIsAskedAndTheMessageGoesOnWithItsAnswer() {
        assertThat(at("asking", "status")).isEqualTo("ready");
        assertThat(part("asking", "tool-charge"))
                .containsEntry("state", "approval-requested")
                .containsEntry("approval", Map.of("id", "s1-1"));
        assertThat(at("answered", "error")).isNull();
        assertThat(at("answered", "text")).isEqualTo("One moment. Done.");
        assertThat(list("answered", "messages")).hasSize(2);
        assertThat(parts("answered").stream().map(part -> part.get("type")))
                .containsExactly(
                        "step-start",
                        "text",
                        "tool-charge",
                        "tool-look",
                        "data-run-parked",
                        "data-tool-progress",
                        "step-start",
                        "text");
        assertThat(part("answered", "tool-charge"))
                .containsEntry("state", "output-available")
                .containsEntry("output", "paid");
        assertThat(at("answered", "messages", 1, "metadata", "usage", "output_tokens"))
                .isEqualTo(10);
        assertThat(server.answered)
                .containsExactly(
                        new Answers("s1", 12, Map.of("s1-1", ToolApproval.allow())),
                        new Answers("s1", 12, Map.of("s1-1", ToolApproval.deny("too dear"))));
    }

    @Test
    void theClientsStopReachesTheServer() throws InterruptedException {
        assertThat(at("stopped", "status")).isEqualTo("ready");
        assertThat(at("stopped", "ends", 0, "isAbort")).isEqualTo(true);
        assertThat(server.stopNoticed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aRunningChatIsResumedAndAnIdleOneIsNot() {
        assertThat(at("resumed", "status")).isEqualTo("ready");
        assertThat(at("resumed", "text")).isEqualTo(SAID);
        assertThat(at("nothingToResume", "status")).isEqualTo("ready");
        assertThat(list("nothingToResume", "messages")).isEmpty();
    }

    @Test
    void openAisClientReadsTheAnswer() {
        assertThat(object("openai"))
                .containsEntry("text", SAID)
                .containsEntry("finish", "stop")
                .containsEntry("roles", List.of("assistant"))
                .containsEntry("ids", List.of("chatcmpl-s1"))
                .containsEntry("usage", Map.of("prompt_tokens", 20, "completion_tokens", 10, "total_tokens", 30))
                .containsEntry("error", null)
                .doesNotContainKey("toolCalls");
        assertThat(at("openaiFolded", "message", "content")).isEqualTo(SAID);
        assertThat(at("openaiFolded", "finish_reason")).isEqualTo("stop");
    }

    @Test
    void openAisClientThrowsWhatFailed() {
        assertThat(at("openaiError", "error", "message")).isEqualTo("The model is overloaded.");
        assertThat(at("openaiError", "error", "code")).isEqualTo("overloaded_error");
        assertThat(at("openaiFailure", "error", "message")).isEqualTo("The server stops.");
        assertThat(at("openaiCancelled", "error", "code")).isEqualTo("cancelled");
        assertThat(at("openaiCut", "error")).isNotNull();
    }

    private static Map<String, Object> part(String scenario, String type) {
        List<Map<String, Object>> parts = parts(scenario).stream()
                .filter(part -> type.equals(part.get("type")))
                .toList();
        assertThat(parts).as(scenario + "'s parts of type " + type).hasSize(1);
        return parts.getFirst();
    }

    private static List<Map<String, Object>> parts(String scenario) {
        return list(scenario, "messages", 1, "parts");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object... path) {
        return (Map<String, Object>) at(path);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Object... path) {
        return (List<Map<String, Object>>) at(path);
    }

    private static Object at(Object... path) {
        Object value = seen;
        for (Object step : path) {
            value = step instanceof Integer place ? ((List<?>) value).get(place) : ((Map<?, ?>) value).get(step);
        }
        return value;
    }
}
