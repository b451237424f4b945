package dev.sluice.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Delta.ThinkingDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.Usage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordedAnswerTest {
    private static final int LONGEST = 2048;

    @Test
    void aLongAnswerComesInPiecesThatARelayTakes() {
        String odd = "x" + "\uD83D\uDE00".repeat(5000); // a cut after an even number of characters is within a pair
        var said = new Message(
                "m",
                Role.ASSISTANT,
                "model",
                "claude",
                List.of(
                        new Thinking(odd, "signed", Map.of()),
                        new Text(odd),
                        new ToolUse("a", "look", "{\"city\": \"" + odd + "\"}", Map.of())),
                FinishReason.TOOL_CALLS,
                "tool_use",
                null,
                Usage.of(1, 2),
                Map.of());
        List<StreamEvent> events = new RecordedAnswer(said).events();
        List<String> pieces =
                events.stream().flatMap(event -> text(event).stream()).toList();
        assertThat(pieces).hasSize(15).allSatisfy(piece -> {
            assertThat(piece).hasSizeBetween(1, LONGEST);
            assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
                    .isFalse();
        });
        var folded = new ChunkAggregator();
        events.forEach(folded::accept);
        assertThat(folded.snapshot()).isEqualTo(said);
    }

    private static Optional<String> text(StreamEvent event) {
        return event instanceof ContentBlockDelta(int index, Delta delta)
                ? switch (delta) {
                    case TextDelta(String text) -> Optional.of(text);
                    case ThinkingDelta(String thinking) -> Optional.of(thinking);
                    case InputJsonDelta(String json) -> Optional.of(json);
                    default -> Optional.empty();
                }
                : Optional.empty();
    }
}
