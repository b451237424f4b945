package dev.sluice.aggregate;

import dev.sluice.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.ContentBlock.Unknown;
import dev.sluice.message.Delta;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One block: as it started, and what has been added since. Its record is made when it is asked for, and kept until the
 * block grows. Guarded by the lock of its {@link ChunkAggregator}.
 */
final class GrowingBlock {
    private static final String SIGNATURE = "signature";

    private final ContentBlock start;
    private final GrowingText text = new GrowingText();
    private final GrowingText thinking = new GrowingText();
    private final GrowingInput input;
    private final List<Citation> citations = new ArrayList<>();
    private @Nullable String signature;
    private boolean stopped;

    /** The fields of a block of an unknown kind; null for every other. */
    private final @Nullable UnknownFields fields;

    private @Nullable ContentBlock block;
    private @Nullable List<Citation> citationsSoFar;

    GrowingBlock(ContentBlock start) {
        this.start = start;
        fields = start instanceof Unknown unknown ? UnknownFields.of(unknown.json()) : null;
        input = new GrowingInput(startInput());
        switch (start) {
            case Text words -> {
                text.append(words.text());
                citations.addAll(words.citations());
            }
            case Thinking thoughts -> {
                thinking.append(thoughts.thinking());
                signature = thoughts.signature();
            }
            default -> {
                if (fields != null) {
                    text.append(fields.text("text"));
                    thinking.append(fields.text("thinking"));
                    block = start;
                }
            }
        }
    }

    /** Whether a block of this kind can grow by this delta. One of an unknown kind can by every delta. */
    boolean takes(Delta delta) {
        if (fields != null) {
            return true;
        }
        boolean tool = start instanceof ToolUse || start instanceof ServerToolUse;
        return switch (delta) {
            case Delta.TextDelta words -> start instanceof Text;
            case Delta.CitationsDelta citation -> start instanceof Text;
            case Delta.ThinkingDelta thoughts -> start instanceof Thinking;
            case Delta.InputJsonDelta fragment -> tool;
            case Delta.SignatureDelta proof -> tool || start instanceof Text || start instanceof Thinking;
            case Delta.Unknown unknown -> true;
        };
    }

    void add(Delta delta) {
        switch (delta) {
            case Delta.TextDelta(String more) -> text.append(more);
            case Delta.ThinkingDelta(String more) -> thinking.append(more);
            case Delta.InputJsonDelta(String fragment) -> input.append(fragment);
            case Delta.SignatureDelta(String latest) -> signature = latest;
            case Delta.CitationsDelta(Citation citation) -> {
                citations.add(citation);
                citationsSoFar = null;
            }
            case Delta.Unknown unknown -> {
                return;
            }
        }
        block = null;
    }

    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    String kind() {
        return WireNames.of(start);
    }

    boolean isText() {
        return start instanceof Text;
    }

    String text() {
        return text.toString();
    }

    int textLength() {
        return text.length();
    }

    String thinking() {
        return thinking.toString();
    }

    Object input() {
        return input.parsed();
    }

    List<Citation> citations() {
        if (citationsSoFar == null) {
            citationsSoFar = List.copyOf(citations);
        }
        return citationsSoFar;
    }

    /** The block as it stands. */
    ContentBlock block() {
        if (block == null) {
            block = switch (start) {
                case Text words -> new Text(text(), citations(), signed(words.extra()));
                case Thinking thoughts -> new Thinking(thinking(), signature, thoughts.extra());
                case ToolUse call -> new ToolUse(call.id(), call.name(), input.json(), signed(call.extra()));
                case ServerToolUse call ->
                    new ServerToolUse(call.id(), call.name(), input.json(), signed(call.extra()));
                case Unknown unknown -> new Unknown(unknown.type(), merged(unknown.json()));
                default -> start;
            };
        }
        return block;
    }

    /** A signature on a block that has no component for it goes where every field of the wire goes that has none. */
    private Map<String, String> signed(Map<String, String> extra) {
        if (signature == null) {
            return extra;
        }
        var all = new LinkedHashMap<>(extra);
        all.put(SIGNATURE, Json.write(signature));
        return all;
    }

    /** A block of a kind this library does not know, with what the deltas it does know have added. */
    private String merged(String json) {
        return fields == null ? json : fields.with(text(), thinking(), input, signature, citations);
    }

    private String startInput() {
        return switch (start) {
            case ToolUse call -> call.input();
            case ServerToolUse call -> call.input();
            default -> fields == null ? "" : fields.input();
        };
    }
}
