package dev.sluice.relay;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Delta.ThinkingDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.Usage;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.MessageDelta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the watchers know of an answer that broke off. It is compared with the answer that is delivered in its place: text by the
 * character, however it is cut into events; everything else by the event. For one thread.
 */
final class ToldPart {
    private static final List<String> GROWING = List.of("text", "thinking", "input_json");

    /** In the kind of text that grows: the field that it is in. */
    private static final String GROWS = "grows";

    private final List<Piece> pieces = new ArrayList<>();

    /** The first piece that was not delivered again, and how much of its text was. */
    private int next;

    private int delivered;

    /**
     * One event; or text that grows, which has the events of one kind that follow each other.
     *
     * @param kind the event without its text
     */
    private record Piece(Map<String, Object> kind, StringBuilder text) {
        boolean isText(String field) {
            return field.equals(kind.get(GROWS));
        }

        boolean grows() {
            return kind.containsKey(GROWS);
        }
    }

    /** What an event of the answer adds to the part. */
    sealed interface Comparison {
        /** The watchers know it. */
        record Known() implements Comparison {}

        /** They know its beginning, and all that comes after is new: this is its rest. */
        record Rest(RunEvent rest) implements Comparison {}

        /** It is another answer. */
        record Different() implements Comparison {}
    }

    /** Adds an event that was told. */
    void add(String json) {
        piece(json).ifPresent(piece -> {
            if (piece.grows() && !pieces.isEmpty() && pieces.getLast().kind().equals(piece.kind())) {
                pieces.getLast().text().append(piece.text());
            } else {
                pieces.add(piece);
            }
        });
    }

    /** Whether all of it was delivered again. */
    boolean isOver() {
        return next == pieces.size();
    }

    /** Compares the next event of the answer. Not once it is {@linkplain #isOver over}. */
    Comparison compare(RunEvent event) {
        Piece given = piece(event.toJson()).orElse(null);
        if (given == null) {
            return new Comparison.Known();
        }
        Piece known = pieces.get(next);
        if (!given.kind().equals(known.kind())) {
            return new Comparison.Different();
        }
        int left = known.text().length() - delivered;
        int length = given.text().length();
        int common = Math.min(left, length);
        if (!known.text()
                .substring(delivered, delivered + common)
                .equals(given.text().substring(0, common))) {
            return new Comparison.Different();
        }
        if (length < left) {
            delivered += length;
            return new Comparison.Known();
        }
        next++;
        delivered = 0;
        if (length == left) {
            return new Comparison.Known();
        }
        return isOver() ? new Comparison.Rest(rest((MessageDelta) event, left)) : new Comparison.Different();
    }

    private static RunEvent rest(MessageDelta event, int from) {
        var delta = (ContentBlockDelta) event.delta();
        return new MessageDelta(new ContentBlockDelta(
                delta.index(),
                switch (delta.delta()) {
                    case TextDelta(String text) -> new TextDelta(text.substring(from));
                    case ThinkingDelta(String thinking) -> new ThinkingDelta(thinking.substring(from));
                    case InputJsonDelta(String json) -> new InputJsonDelta(json.substring(from));
                    default -> throw new IllegalStateException("no text: " + delta);
                }));
    }

    /** The answer as far as it is known, if the model can be asked to continue it: text alone, which was cut within a block. */
    Optional<Message> toContinue() {
        if (pieces.size() < 3 || !pieces.getLast().isText("text")) {
            return Optional.empty();
        }
        Map<String, Object> start = pieces.getFirst().kind();
        List<ContentBlock> content = new ArrayList<>();
        for (Piece piece : pieces.subList(1, pieces.size())) {
            if (piece.isText("text")) {
                content.set(content.size() - 1, new Text(piece.text().toString()));
            } else if ("text".equals(piece.kind().get("block")) && !piece.kind().containsKey("text")) {
                content.add(new Text(""));
            } else if (!"content_block_stop".equals(piece.kind().get("event"))) {
                return Optional.empty();
            }
        }
        return Optional.of(new Message(
                string(start, "id"),
                Role.ASSISTANT,
                string(start, "model"),
                string(start, "provider"),
                content,
                FinishReason.UNKNOWN,
                null,
                null,
                Usage.NONE,
                Map.of()));
    }

    private static String string(Map<String, Object> fields, String name) {
        return fields.get(name) instanceof String text ? text : "";
    }

    /** Empty for an event that says nothing. */
    private static Optional<Piece> piece(String json) {
        var kind = new HashMap<>(Json.readObject(json));
        kind.remove("usage"); // the end of the turn has all of it
        if (!kind.containsKey("event")) {
            for (String field : GROWING) {
                if (kind.get(field) instanceof String text) {
                    kind.remove(field);
                    kind.put(GROWS, field);
                    return Optional.of(new Piece(kind, new StringBuilder(text)));
                }
            }
        }
        return "ping".equals(kind.get("event")) ? Optional.empty() : Optional.of(new Piece(kind, new StringBuilder()));
    }
}
