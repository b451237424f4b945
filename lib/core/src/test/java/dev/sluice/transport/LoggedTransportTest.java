package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.LlmClient;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

/** The wire in the log, without keys. */
@Timeout(30)
class LoggedTransportTest {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private boolean broken;

    private final Logger log = (Logger) Proxy.newProxyInstance(
            Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("isInfoEnabled")) {
                    return true;
                }
                if (broken) {
                    throw new IllegalStateException("the disk is full");
                }
                Object[] values =
                        arguments[1] instanceof Object[] all ? all : Arrays.copyOfRange(arguments, 1, arguments.length);
                lines.add(MessageFormatter.arrayFormat((String) arguments[0], values)
                        .getMessage());
                return null;
            });

    private HttpTransport logged() {
        return new LoggingTransport(JdkHttpTransport.create(), log);
    }

    @Test
    void requestHeadAndBodyAreThereAndTheKeyIsNot() {
        try (var transport = logged();
                var peer = ScriptedPeer.serving(Script.stream(ClaudeWire.answer("Rivers ", "run.")));
                var client = LlmClient.builder(Claude.builder()
                                .apiKey("sk-secret-key")
                                .baseUrl(peer.uri(""))
                                .build())
                        .transport(transport)
                        .model("m")
                        .maxTokens(9)
                        .build();
                var stream = client.stream("Tell me")) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
        }
        Awaitility.await().until(() -> lines.stream().anyMatch(line -> line.equals("#1 closed"))); // by the reader
        String all = String.join("\n", lines);
        assertThat(all)
                .contains("#1 → POST http://", "/v1/messages", "x-api-key=***", "Tell me", "#1 ← 200", "Rivers ")
                .contains("content-type=[text/event-stream")
                .doesNotContain("sk-secret-key");
    }

    @Test
    void aLoggerThatThrowsCostsNoAnswerAndLeavesNoConnectionOpen() {
        broken = true;
        try (var transport = logged();
                var peer = ScriptedPeer.serving(
                        Script.stream(ClaudeWire.answer("Rivers ", "run.")),
                        Script.stream().stall());
                var client = LlmClient.builder(Claude.builder()
                                .apiKey("any")
                                .baseUrl(peer.uri(""))
                                .build())
                        .transport(transport)
                        .model("m")
                        .maxTokens(9)
                        .build()) {
            assertThat(client.stream("Tell me").finalText()).isEqualTo("Rivers run.");
            client.stream("Tell me").close();
            Awaitility.await().until(() -> peer.openConnections() <= 1); // the first one is kept for the next request
        }
        assertThat(lines).isEmpty();
    }

    @Test
    void aKeyInTheAddressIsNotThere() {
        try (var transport = logged();
                var peer = ScriptedPeer.serving(
                        Script.empty().cut(), Script.empty().cut());
                var client = LlmClient.builder(Gemini.builder()
                                .apiKey("g-secret-key")
                                .queryParameter("key", "q-secret-key")
                                .baseUrl(peer.uri(""))
                                .build())
                        .transport(transport)
                        .resilience(Resilience.none())
                        .model("m")
                        .build();
                var stream = client.stream("Tell me")) {
            stream.iterator().forEachRemaining(event -> {});
        } catch (dev.sluice.StreamException.ConnectionFailed expected) {
            assertThat(expected).hasMessageNotContaining("secret");
        }
        assertThat(lines)
                .isNotEmpty()
                .noneMatch(line -> line.contains("secret"))
                .anyMatch(line -> line.startsWith("#1 ← ") && line.contains("Exception"));
    }
}
