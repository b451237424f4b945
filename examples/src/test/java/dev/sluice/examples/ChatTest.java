package dev.sluice.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.sluice.client.LlmClient;
import dev.sluice.examples.server.DemoServer;
import dev.sluice.provider.claude.Claude;
import dev.sluice.test.server.Fault;
import dev.sluice.test.server.Pace;
import dev.sluice.test.server.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sun.misc.Signal;
import sun.misc.SignalHandler;

@Timeout(value = 60, unit = SECONDS)
class ChatTest {
    private final ScriptedServer server = DemoServer.start(Pace.brisk(), 5);
    private final LlmClient client = LlmClient.builder(
                    Claude.builder().baseUrl(server.uri()).apiKey("any").build())
            .build();
    private final PipedOutputStream keyboard = new PipedOutputStream();
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private Thread chat;

    @BeforeEach
    void begin() throws IOException {
        var in = new PipedInputStream(keyboard);
        chat = Thread.ofVirtual().start(() -> {
            try {
                var conversation = new Chat(client, "claude-sonnet-5", new PrintStream(screen, true, UTF_8));
                CtrlC.asks(conversation::stop);
                conversation.run(in, UTF_8);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        await().until(() -> screen().endsWith("you> "));
    }

    @AfterEach
    void end() {
        chat.interrupt();
        client.close();
        server.close();
    }

    @Test
    void answersUntilExitWithoutWaitingForTheEndOfTheInput() throws Exception {
        type("A haiku, please");
        await().until(() -> screen().endsWith("wheel has news.\n\nyou> "));
        type("/exit");

        assertThat(chat.join(Duration.ofSeconds(10))).isTrue();
        assertThat(screen()).endsWith("Goodbye.\n");
    }

    @Test
    void stopCancelsTheAnswerAndTheConversationGoesOn() throws Exception {
        type("Tell me a long story");
        await().until(() -> screen().contains("High up"));
        type("/stop");
        await().until(() -> screen().endsWith(" [stopped]\n\nyou> "));
        await().until(() -> server.open() == 0);
        assertThat(screen()).doesNotContain("speaking of the sea");

        type("A haiku, please");
        await().until(() -> screen().endsWith("wheel has news.\n\nyou> "));
    }

    @Test
    void ctrlCDoesTheSame() throws Exception {
        type("Tell me a long story");
        await().until(() -> screen().contains("High up"));
        assumeFalse(isIntIgnored(), "this JVM was started with SIGINT ignored, as a shell starts its background jobs");
        Signal.raise(new Signal("INT"));
        await().until(() -> screen().endsWith(" [stopped]\n\nyou> "));

        type("A haiku, please");
        await().until(() -> screen().endsWith("wheel has news.\n\nyou> "));
    }

    @Test
    void exitInTheMiddleOfAnAnswerEndsAtOnce() throws Exception {
        type("Tell me a long story");
        await().until(() -> screen().contains("High up"));
        type("/exit");

        assertThat(chat.join(Duration.ofSeconds(10))).isTrue();
        assertThat(screen()).endsWith("Goodbye.\n").doesNotContain("speaking of the sea");
    }

    @Test
    void whatIsSaidDuringAnAnswerIsAnsweredAfterIt() throws Exception {
        type("rivers");
        type("A haiku, please");

        await().until(() -> screen().endsWith("wheel has news.\n\nyou> "));
        assertThat(screen()).containsSubsequence("the same river.", "Rain fills");
    }

    @Test
    void aFailureIsShownAndTheConversationGoesOn() throws Exception {
        server.next(Fault.ERROR);
        type("rivers");
        await().until(() -> screen().contains("overloaded_error"));
        assertThat(screen()).contains("A river begins");

        type("A haiku, please");
        await().until(() -> screen().endsWith("wheel has news.\n\nyou> "));
    }

    @Test
    void theEndOfTheInputEndsTheConversation() throws Exception {
        keyboard.close();

        assertThat(chat.join(Duration.ofSeconds(10))).isTrue();
    }

    /** A JVM that is started so keeps ignoring the signal, whatever handler it is given. */
    private static boolean isIntIgnored() {
        var signal = new Signal("INT");
        SignalHandler chats = Signal.handle(signal, ignored -> {});
        if (chats != SignalHandler.SIG_IGN) {
            Signal.handle(signal, chats);
        }
        return chats == SignalHandler.SIG_IGN;
    }

    private void type(String line) throws IOException {
        keyboard.write((line + "\n").getBytes(UTF_8));
        keyboard.flush();
    }

    private String screen() {
        return screen.toString(UTF_8).replace("\r\n", "\n");
    }
}
