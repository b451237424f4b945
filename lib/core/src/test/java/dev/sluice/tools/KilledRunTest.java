package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.LlmClient;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import dev.sluice.tools.Tool.AfterCrash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real process is killed in the middle of a tool, and this one goes on with its run. */
@Timeout(120)
class KilledRunTest {
    @TempDir
    Path directory;

    /** Its second tool never ends. Says so when it runs. */
    static final class Killed {
        public static void main(String[] args) {
            var never = new CountDownLatch(1);
            try (RunJournal journal = RunJournal.directory(Path.of(args[1]));
                    LlmClient client = client(args[0]);
                    ToolLoop loop = ToolLoop.builder(client, Runs.REQUEST)
                            .tools(tool("quick", (input, context) -> "done"), tool("slow", (input, context) -> {
                                System.out.println(context.callKey());
                                never.await();
                                return "";
                            }))
                            .journal(journal.claim("r"))
                            .start()) {
                loop.done();
            }
        }
    }

    private static LlmClient client(String address) {
        return LlmClient.builder(
                        Claude.builder().apiKey("test-key").baseUrl(address).build())
                .resilience(Resilience.none())
                .build();
    }

    @Test
    void anotherProcessGoesOn() throws Exception {
        try (var runs = Runs.byMessages(messages -> switch (messages) {
                    case 1 -> calls(use(0, "a", "quick", "{}"));
                    case 3 -> calls(use(0, "b", "slow", "{\"n\":1}"));
                    default -> says("Rivers");
                });
                RunJournal journal = RunJournal.directory(directory)) {
            Process other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Killed.class.getName(),
                            runs.peer.uri("").toString(),
                            directory.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var said = other.inputReader(StandardCharsets.UTF_8)) {
                assertThat(said.readLine()).isEqualTo("r-2");
                assertThat(journal.claimAbandoned()).isEmpty(); // while it lives
                assertThat(refusal(journal)).isEqualTo(Code.HELD);
            } finally {
                other.destroyForcibly();
            }
            assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
            Claim claim = journal.claimAbandoned().orElseThrow();
            assertThat(claim.losses()).isOne();
            List<String> ran = new CopyOnWriteArrayList<>();
            ToolFunction<String> again = (input, context) -> ran.add(context.callKey() + " " + input);
            try (ToolLoop loop = runs.run(
                            tool("quick", again), tool("slow", again).afterCrash(AfterCrash.RUN_AGAIN))
                    .journal(claim)
                    .start()) {
                assertThat(loop.finalText()).isEqualTo("Rivers");
                assertThat(loop.turns()).isEqualTo(3);
            }
            assertThat(ran).containsExactly("r-2 {\"n\":1}");
            assertThat(runs.peer.requests()).hasSize(3);
        }
    }

    private static Code refusal(RunJournal journal) {
        try {
            journal.claim("r").close();
            throw new AssertionError("it is held");
        } catch (JournalException e) {
            return e.code();
        }
    }
}
