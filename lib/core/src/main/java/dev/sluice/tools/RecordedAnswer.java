package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Completed;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.CitationsDelta;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.SignatureDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Delta.ThinkingDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An answer that was recorded, as events that add up to it. No event has more than {@value #LONGEST_PIECE} characters of text,
 * thinking or input, because a relay limits the size of its events.
 */
record RecordedAnswer(Message said) implements TurnAnswer {
    private static final int LONGEST_PIECE = 2048;

    @Override
    public List<StreamEvent> events() {
        List<StreamEvent> events = untilLastBlockEnds();
        events.add(
                new MessageDelta(said.finishReason(), said.stopReason(), said.stopSequence(), said.usage(), Map.of()));
        events.add(new MessageStop());
        return events;
    }

    /** The events until the end of what is recorded, of an answer whose last block is not complete. */
    List<StreamEvent> beginning() {
        List<StreamEvent> events = untilLastBlockEnds();
        return List.copyOf(events.subList(0, events.size() - 1));
    }

    private List<StreamEvent> untilLastBlockEnds() {
        var events = new ArrayList<StreamEvent>();
        events.add(new MessageStart(new Message(
                said.id(),
                said.role(),
                said.model(),
                said.provider(),
                List.of(),
                FinishReason.UNKNOWN,
                null,
                null,
                said.usage(),
                said.extra())));
        for (int i = 0; i < said.content().size(); i++) {
            ContentBlock block = said.content().get(i);
            events.add(new ContentBlockStart(i, empty(block)));
            for (Delta delta : deltas(block)) {
                events.add(new ContentBlockDelta(i, delta));
            }
            events.add(new ContentBlockStop(i));
        }
        return events;
    }

    /** The block as it starts. */
    private static ContentBlock empty(ContentBlock block) {
        return switch (block) {
            case Text text -> new Text("", List.of(), text.extra());
            case Thinking thinking -> new Thinking("", null, thinking.extra());
            case ToolUse use -> new ToolUse(use.id(), use.name(), "{}", use.extra());
            default -> block;
        };
    }

    /** What fills it. */
    private static List<Delta> deltas(ContentBlock block) {
        var deltas = new ArrayList<Delta>();
        switch (block) {
            case Text text -> {
                pieces(text.text()).map(TextDelta::new).forEach(deltas::add);
                for (Citation citation : text.citations()) {
                    deltas.add(new CitationsDelta(citation));
                }
            }
            case Thinking thinking -> {
                pieces(thinking.thinking()).map(ThinkingDelta::new).forEach(deltas::add);
                if (thinking.signature() != null) {
                    deltas.add(new SignatureDelta(thinking.signature()));
                }
            }
            case ToolUse use ->
                pieces(use.input().isBlank() ? "" : use.input())
                        .map(InputJsonDelta::new)
                        .forEach(deltas::add);
            default -> {}
        }
        return deltas;
    }

    /** A text in pieces, none for an empty one. No piece ends within a surrogate pair. */
    private static Stream<String> pieces(String text) {
        var pieces = new ArrayList<String>();
        int start = 0;
        while (start < text.length()) {
            int end = Math.min(start + LONGEST_PIECE, text.length());
            if (end < text.length() && Character.isSurrogatePair(text.charAt(end - 1), text.charAt(end))) {
                end--;
            }
            pieces.add(text.substring(start, end));
            start = end;
        }
        return pieces.stream();
    }

    @Override
    public EndReason end() {
        return new Completed();
    }

    @Override
    public Message snapshot() {
        return said;
    }

    @Override
    public Duration duration() {
        return Duration.ZERO;
    }

    @Override
    public void close() {}
}
