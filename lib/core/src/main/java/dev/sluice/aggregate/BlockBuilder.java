package dev.sluice.aggregate;

import dev.sluice.internal.base.LazyList.Element;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.ContentBlock.Unknown;
import dev.sluice.message.Delta;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One block: as it started, and what has been added since. Its record is made when somebody reads it, from what it had
 * been when it was asked for, and is kept until the block grows. Guarded by the lock of its {@link ChunkAggregator}.
 */
final class BlockBuilder {
    /** The wire's name of a signature on a block that has no component for it. */
    private static final String SIGNATURE = "thoughtSignature";

    private final ContentBlock start;
    private final TextRope text = new TextRope();
    private final TextRope thinking = new TextRope();
    private final InputBuilder input;
    private final AppendOnlyList<Citation> citations = new AppendOnlyList<>();
    private @Nullable String signature;
    private boolean stopped;

    /** The fields of a block of an unknown kind; null for every other. */
    private final @Nullable UnknownFields fields;

    private @Nullable Element<ContentBlock> block;

    BlockBuilder(ContentBlock start) {
        this.start = start;
        fields = start instanceof Unknown unknown ? UnknownFields.of(unknown.json()) : null;
        input = new InputBuilder(startInput());
        switch (start) {
            case Text words -> {
                text.append(words.text());
                words.citations().forEach(citations::add);
            }
            case Thinking thoughts -> {
                thinking.append(thoughts.thinking());
                signature = thoughts.signature();
            }
            default -> {
                if (fields != null) {
                    text.append(fields.text("text"));
                    thinking.append(fields.text("thinking"));
                    block = Element.of(start);
                }
            }
        }
    }

    /**
     * Adds a delta.
     *
     * @return false, and nothing has changed, if a block of this kind cannot grow by this delta; one of an unknown kind can
     *     by every delta
     */
    boolean add(Delta delta) {
        if (fields == null && !takes(delta)) {
            return false;
        }
        switch (delta) {
            case Delta.TextDelta(String more) -> text.append(more);
            case Delta.ThinkingDelta(String more) -> thinking.append(more);
            case Delta.InputJsonDelta(String fragment) -> input.append(fragment);
            case Delta.SignatureDelta(String latest) -> signature = latest;
            case Delta.CitationsDelta(Citation citation) -> citations.add(citation);
            case Delta.Unknown unknown -> {
                return true;
            }
        }
        block = null;
        return true;
    }

    private boolean takes(Delta delta) {
        boolean tool = start instanceof ToolUse || start instanceof ServerToolUse;
        return switch (delta) {
            case Delta.TextDelta words -> isText();
            case Delta.CitationsDelta citation -> isText();
            case Delta.ThinkingDelta thoughts -> start instanceof Thinking;
            case Delta.InputJsonDelta fragment -> tool;
            case Delta.SignatureDelta proof -> tool || isText() || start instanceof Thinking;
            case Delta.Unknown unknown -> true;
        };
    }

    void stop() {
        stopped = true;
        text.end();
        thinking.end();
        input.end();
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

    TextSnapshot text() {
        return text.soFar();
    }

    TextSnapshot thinking() {
        return thinking.soFar();
    }

    Object input() {
        return input.parsed();
    }

    List<Citation> citations() {
        return citations.soFar();
    }

    /** The block as it stands; the same object until it grows. */
    Element<ContentBlock> block() {
        if (block == null) {
            block = switch (start) {
                case Text words -> text(words.extra());
                case Thinking thoughts -> thinking(thoughts.extra());
                case ToolUse call -> call(call);
                case ServerToolUse call -> call(call);
                case Unknown unknown -> unknown(unknown);
                default -> Element.of(start);
            };
        }
        return block;
    }

    // The suppliers hold the present state; they run later, and on any thread.

    private Element<ContentBlock> text(Map<String, String> extra) {
        TextSnapshot words = text.soFar();
        List<Citation> sources = citations.soFar();
        String proof = signature;
        return Element.madeBy(() -> new Text(words.toString(), sources, signed(extra, proof)));
    }

    private Element<ContentBlock> thinking(Map<String, String> extra) {
        TextSnapshot thoughts = thinking.soFar();
        String proof = signature;
        return Element.madeBy(() -> new Thinking(thoughts.toString(), proof, extra));
    }

    private Element<ContentBlock> call(ToolUse call) {
        TextSnapshot json = input.json();
        String proof = signature;
        return Element.madeBy(() -> new ToolUse(call.id(), call.name(), json.toString(), signed(call.extra(), proof)));
    }

    private Element<ContentBlock> call(ServerToolUse call) {
        TextSnapshot json = input.json();
        String proof = signature;
        return Element.madeBy(
                () -> new ServerToolUse(call.id(), call.name(), json.toString(), signed(call.extra(), proof)));
    }

    /** A block of a kind this library does not know, with what the deltas it does know have added. */
    private Element<ContentBlock> unknown(Unknown unknown) {
        UnknownFields known = fields;
        if (known == null) {
            return Element.of(unknown);
        }
        TextSnapshot words = text.soFar();
        TextSnapshot thoughts = thinking.soFar();
        TextSnapshot json = input.isBlank() ? null : input.json();
        List<Citation> sources = citations.soFar();
        String proof = signature;
        return Element.madeBy(() -> new Unknown(
                unknown.type(),
                known.with(
                        words.toString(), thoughts.toString(), json == null ? null : json.toString(), proof, sources)));
    }

    /** A signature on a block that has no component for it goes where every field of the wire goes that has none. */
    private static Map<String, String> signed(Map<String, String> extra, @Nullable String signature) {
        if (signature == null) {
            return extra;
        }
        var all = new LinkedHashMap<>(extra);
        all.put(SIGNATURE, Json.write(signature));
        return all;
    }

    private String startInput() {
        return switch (start) {
            case ToolUse call -> call.input();
            case ServerToolUse call -> call.input();
            default -> fields == null ? "" : fields.input();
        };
    }
}
