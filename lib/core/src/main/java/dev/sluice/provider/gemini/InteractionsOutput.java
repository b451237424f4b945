package dev.sluice.provider.gemini;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.wire.JsonFields;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The model's words. Words that follow each other are one text, which media end: words behind them are another one.
 * Announced content is taken item by item, each a block of its own.
 */
final class InteractionsOutput extends InteractionsStep {
    private static final String ANNOTATIONS = "annotations";

    private final InteractionsAnswer answer;
    private int block = -1;

    /** Of the text that is open; null if none is. */
    private @Nullable InteractionsCitations citations;

    InteractionsOutput(InteractionsAnswer answer) {
        super(OUTPUT);
        this.answer = answer;
    }

    @Override
    void start(JsonFields step, Consumer<? super StreamEvent> out) {
        step.skip("type");
        for (JsonFields item : step.objectsIfAny("content")) {
            close(out);
            String type = text(item, "type");
            if (type.equals("text") && item.textIfAny("text") != null) {
                item.skip("type");
                String words = text(item, "text");
                List<JsonFields> annotations = item.objectsIfAny(ANNOTATIONS);
                Map<String, String> extra = item.rest();
                if (!words.isEmpty() || !annotations.isEmpty() || !extra.isEmpty()) {
                    open(extra, out);
                    text(words, out);
                    annotations.forEach(annotation -> cite(annotation, out));
                }
            } else {
                whole(InteractionsMedia.read(type, item), out);
            }
        }
    }

    @Override
    boolean delta(String type, JsonFields delta, Consumer<? super StreamEvent> out) {
        switch (type) {
            case "text" -> {
                String words = delta.textIfAny("text");
                if (words == null && delta.has("text")) {
                    return false;
                }
                text(words == null ? "" : words, out);
                delta.objectsIfAny(ANNOTATIONS).forEach(annotation -> cite(annotation, out));
            }
            case "text_annotation_delta" ->
                delta.objectsIfAny(ANNOTATIONS).forEach(annotation -> cite(annotation, out));
            case "image", "audio", "video", "document" -> {
                close(out);
                whole(InteractionsMedia.read(type, delta), out);
                boolean unused = delta.rest().isEmpty();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    void end(Consumer<? super StreamEvent> out) {
        close(out);
    }

    private void text(String words, Consumer<? super StreamEvent> out) {
        if (!words.isEmpty()) {
            open(Map.of(), out).text(words);
            out.accept(new ContentBlockDelta(block, new Delta.TextDelta(words)));
        }
    }

    private void cite(JsonFields annotation, Consumer<? super StreamEvent> out) {
        open(Map.of(), out)
                .add(annotation)
                .forEach(citation -> out.accept(new ContentBlockDelta(block, new Delta.CitationsDelta(citation))));
    }

    private InteractionsCitations open(Map<String, String> extra, Consumer<? super StreamEvent> out) {
        if (citations == null) {
            citations = new InteractionsCitations();
            block = answer.nextBlock();
            out.accept(new ContentBlockStart(block, new ContentBlock.Text("", List.of(), extra)));
        }
        return citations;
    }

    private void close(Consumer<? super StreamEvent> out) {
        if (citations != null) {
            citations
                    .end()
                    .forEach(citation -> out.accept(new ContentBlockDelta(block, new Delta.CitationsDelta(citation))));
            citations = null;
            out.accept(new ContentBlockStop(block));
        }
    }

    private void whole(ContentBlock media, Consumer<? super StreamEvent> out) {
        int at = answer.nextBlock();
        out.accept(new ContentBlockStart(at, media));
        out.accept(new ContentBlockStop(at));
    }
}
