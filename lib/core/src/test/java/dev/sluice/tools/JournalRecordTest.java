package dev.sluice.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.Limits;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import dev.sluice.observation.Observer.Outcome.ToolFailure;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.provider.openai.OpenAiChatCompletions;
import dev.sluice.provider.wire.Decoding;
import dev.sluice.tools.JournalRecord.Answer;
import dev.sluice.tools.JournalRecord.Call;
import dev.sluice.tools.JournalRecord.Kept;
import dev.sluice.tools.JournalRecord.Result;
import dev.sluice.tools.JournalRecord.Stage;
import dev.sluice.tools.JournalRecord.TurnBegun;
import dev.sluice.tools.RunJournal.JournalException;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JournalRecordTest {
    private static final Map<String, Provider> PROVIDERS = Map.of(
            "claude", Claude.builder().apiKey("k").build(),
            "gemini", Gemini.builder().apiKey("k").build(),
            "openai", OpenAiChatCompletions.builder().apiKey("k").build(),
            "responses", OpenAi.builder().apiKey("k").build(),
            "interactions", Gemini.interactions().apiKey("k").build());

    private static List<Message> recordedMessages() throws Exception {
        Path root = Path.of(
                JournalRecordTest.class.getResource("/transcripts/responses").toURI());
        var messages = new ArrayList<Message>();
        try (Stream<Path> files = Files.walk(root.getParent())) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".sse")).toList()) {
                Provider provider = PROVIDERS.entrySet().stream()
                        .filter(each ->
                                root.getParent().relativize(file).toString().startsWith(each.getKey()))
                        .findFirst()
                        .orElseThrow()
                        .getValue();
                var message = new ChunkAggregator();
                try {
                    Decoding.decode(
                            new ByteArrayInputStream(Files.readAllBytes(file)),
                            provider.decoder(),
                            Limits.defaults(),
                            message::accept);
                } catch (RuntimeException e) {
                    // of an answer that fails, what came
                }
                messages.add(message.snapshot());
            }
        }
        return messages;
    }

    @Test
    void anAnswerOfEachProviderComesBackAsItWas() throws Exception {
        List<Message> all = recordedMessages();
        assertThat(all).hasSizeGreaterThan(25);
        for (Message message : all) {
            var answer = new Answer(3, message);
            assertThat(JournalRecord.of(answer.toJson())).contains(answer);
            var folded = new ChunkAggregator();
            new RecordedAnswer(message).events().forEach(folded::accept);
            assertThat(folded.snapshot()).as(message.id()).isEqualTo(message);
            assertThat(folded.isComplete()).isTrue();
        }
    }

    @Test
    void everyRecordComesBackAsItWas() {
        var use = new ToolUse("id", "tool", "{\"a\":", Map.of("signature", "\"s\""));
        for (JournalRecord record : List.of(
                new TurnBegun(7, false),
                new TurnBegun(7, true),
                new Kept(1, "1.0.x"),
                new Answer(1, Message.EMPTY),
                new Call(2, "run-1-3", use, use.input(), Stage.CALLED, 0),
                new Call(2, "run-1-3", use, "{\"a\":1}", Stage.ASKED, 0),
                new Call(2, "run-1-3", use, "", Stage.STARTED, 2),
                new Result("run-1-3", ToolOutput.text("Ü\n\ud83d"), ToolFailure.NONE, 12),
                new Result("run-1-3", ToolOutput.of(), ToolFailure.NONE, 0),
                new Result("run-1-3", ToolOutput.error("no"), ToolFailure.THROWN, 3_000_000_000L))) {
            assertThat(JournalRecord.of(record.toJson())).contains(record);
        }
    }

    @Test
    void whatIsNotKnownIsIgnoredAndWhatIsBrokenIsNot() {
        assertThat(JournalRecord.of("{\"type\":\"start\",\"x\":1}")).isEmpty();
        assertThat(JournalRecord.of("{}")).isEmpty();
        for (String broken : List.of(
                "",
                "[]",
                "{\"type\":\"turn\"}",
                "{\"type\":\"answer\",\"turn\":1}",
                "{\"type\":\"kept\",\"turn\":1}",
                "{\"type\":\"call\",\"turn\":1,\"key\":\"k\"}",
                new Answer(1, Message.user("x")).toJson().replace("\"version\":1", "\"version\":9"))) {
            assertThatThrownBy(() -> RecordedRun.of(List.of(broken)))
                    .as(broken)
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("cannot be read");
        }
    }
}
