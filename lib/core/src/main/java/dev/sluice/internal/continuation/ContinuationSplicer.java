package dev.sluice.internal.continuation;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.CitationsDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.message.StreamEvent.Unknown;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Turns the events of an answer that goes on from a cut into events of the message that was cut: what it repeats is dropped,
 * its first text goes on with the block that was cut, and its other blocks follow under the next indexes. Its events must be
 * in order among themselves.
 */
final class ContinuationSplicer {
    private static final int DROPPED = -1;

    private final int number;
    private final OverlapMatcher overlap;

    /** Where the blocks of this answer stand in the message. The head has no place until it says something new. */
    private final Map<Integer, Integer> indexes = new HashMap<>();

    /** The block that was cut and waits for its rest; -1 if there is none. */
    private int open;

    private int next;
    private boolean begun;

    /** Whether the overlap is behind us. */
    private boolean joined;

    /** The text block that repeats, as it started, and what of it waits for the overlap to be over. */
    private int head = -1;

    private Text headStart = new Text("");
    private final List<Delta> pending = new ArrayList<>();

    /** The splicer of the continuation of this number at a cut; its answer must begin with the anchor. */
    ContinuationSplicer(int number, ResumePoint cut, String anchor) {
        this.number = number;
        overlap = new OverlapMatcher(anchor, cut.stripped());
        open = cut.open();
        next = cut.next();
        joined = next == 0; // without a block there is nothing to repeat
    }

    /**
     * Takes the next event of the answer.
     *
     * @throws ProtocolError if the answer does not go on from the cut
     */
    void accept(StreamEvent event, Consumer<StreamEvent> out) {
        switch (event) {
            case ContentBlockDelta(int index, Delta delta) -> grow(index, delta, out);
            case ContentBlockStart(int index, ContentBlock block) -> start(index, block, out);
            case ContentBlockStop(int index) -> stop(index, out);
            case MessageStart(Message message) -> startMessage(message, out);
            case MessageDelta delta -> {
                if (delta.finishReason() != FinishReason.UNKNOWN || delta.stopReason() != null) {
                    finish(out);
                }
                out.accept(delta);
            }
            case MessageStop stop -> {
                finish(out);
                out.accept(stop);
            }
            case Ping ping -> out.accept(ping);
            case Unknown unknown -> out.accept(unknown);
        }
    }

    /** In place of a second start: what it says of the usage, and the blocks of a message that comes at once. */
    private void startMessage(Message message, Consumer<StreamEvent> out) {
        if (begun) {
            return;
        }
        begun = true;
        for (int i = 0; i < message.content().size(); i++) {
            start(i, message.content().get(i), out);
            stop(i, out);
        }
        accept(
                new MessageDelta(
                        message.finishReason(),
                        message.stopReason(),
                        message.stopSequence(),
                        message.usage(),
                        Map.of()),
                out);
    }

    private void start(int index, ContentBlock block, Consumer<StreamEvent> out) {
        if (!joined && ResumePoint.isThinking(block)) {
            indexes.put(index, DROPPED);
            return;
        }
        if (!joined && head < 0 && block instanceof Text text) {
            head = index;
            headStart = text;
            for (Citation citation : text.citations()) {
                grow(index, new CitationsDelta(citation), out);
            }
            grow(index, new TextDelta(text.text()), out);
            return;
        }
        finish(out);
        indexes.put(index, next);
        out.accept(new ContentBlockStart(next++, block));
    }

    private void grow(int index, Delta delta, Consumer<StreamEvent> out) {
        if (index == head && !joined) {
            growHead(delta, out);
            return;
        }
        int at = indexOf(index);
        if (at != DROPPED && !(delta instanceof TextDelta(String text) && text.isEmpty())) {
            out.accept(new ContentBlockDelta(at, delta));
        }
    }

    private void growHead(Delta delta, Consumer<StreamEvent> out) {
        if (!(delta instanceof TextDelta(String text))) {
            pending.add(delta);
            return;
        }
        int repeated = overlap.skip(text);
        if (repeated < 0) {
            throw diverged();
        }
        if (repeated < text.length()) {
            join(out);
            grow(head, new TextDelta(text.substring(repeated)), out);
        }
    }

    /** Gives the head its place: from here on it says something new. */
    private void join(Consumer<StreamEvent> out) {
        joined = true;
        if (open < 0) {
            open = next++;
            out.accept(new ContentBlockStart(open, new Text("", List.of(), headStart.extra())));
        }
        indexes.put(head, open);
        open = -1;
        pending.forEach(delta -> grow(head, delta, out));
    }

    private void stop(int index, Consumer<StreamEvent> out) {
        if (index == head && !joined) {
            // It said nothing new. If it repeated all, the block that was cut is whole; else the next may repeat more.
            if (overlap.isMatched() && open >= 0) {
                pending.forEach(delta -> out.accept(new ContentBlockDelta(open, delta)));
                stopOpen(out);
            }
            indexes.put(head, DROPPED);
            pending.clear();
            head = -1;
            return;
        }
        int at = indexOf(index);
        if (at != DROPPED) {
            out.accept(new ContentBlockStop(at));
        }
    }

    /** Something comes that no text can follow in the block that was cut. */
    private void finish(Consumer<StreamEvent> out) {
        if (!overlap.isMatched()) {
            throw diverged();
        }
        if (!joined && head >= 0) {
            join(out);
        }
        stopOpen(out);
        joined = true;
    }

    private void stopOpen(Consumer<StreamEvent> out) {
        if (open >= 0) {
            out.accept(new ContentBlockStop(open));
            open = -1;
        }
    }

    private int indexOf(int index) {
        return Objects.requireNonNull(indexes.get(index), "an event out of order");
    }

    private ProtocolError diverged() {
        return new ProtocolError("Continuation " + number + " of the answer did not continue where it broke off", null);
    }
}
