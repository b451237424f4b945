package dev.sluice.provider.gemini;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes content blocks of the parts of an answer of Gemini's. Text and thoughts come in pieces, which are one block
 * until something else comes. Every other part is a block of its own. So is every part of a non-streaming answer.
 *
 * <p>A signature belongs to the part it comes on. It ends a text: words that follow it are a block of their own, so that it
 * goes back on what it was made for. An empty text that has a signature is the end of the text before it.
 */
final class GeminiBlocks {
    static final String SIGNATURE = "thoughtSignature";

    /** The arguments of a call that has none. */
    static final String NO_ARGS = "{}";

    private enum Kind {
        NONE,
        TEXT,
        THINKING,
        CALL
    }

    private final Consumer<? super StreamEvent> out;
    private final String answer;
    private final boolean whole;
    private final GeminiCitations citations = new GeminiCitations();

    /** The kind of the block that is open, and its index; that of the last one if none is. */
    private Kind open = Kind.NONE;

    private int index = -1;
    private boolean signed;

    /** Of the call that is open, if they come in pieces. */
    private @Nullable GeminiPartialArgs arguments;

    private boolean called;
    private String serverCall = "";

    /**
     * No blocks yet.
     *
     * @param out takes their events
     * @param answer the id of the answer
     * @param whole whether the answer was not streamed
     */
    GeminiBlocks(Consumer<? super StreamEvent> out, String answer, boolean whole) {
        this.out = out;
        this.answer = answer;
        this.whole = whole;
    }

    /** Takes what is said about where the text is from. */
    GeminiCitations citations() {
        return citations;
    }

    /** Whether a tool of the caller's was called. */
    boolean called() {
        return called;
    }

    /** Takes in a part. */
    void part(JsonFields part) {
        if (part.has("text")) {
            words(part);
        } else if (part.has("functionCall")) {
            call(part, part.needed("functionCall"));
        } else if (part.has("executableCode")) {
            code(part, part.needed("executableCode"));
        } else if (part.has("toolCall")) {
            toolCall(part, part.needed("toolCall"));
        } else if (part.has("codeExecutionResult")) {
            serverResult(part, "codeExecutionResult");
        } else if (part.has("toolResponse")) {
            serverResult(part, "toolResponse");
        } else {
            other(part);
        }
    }

    /**
     * Takes in that there is a reason for the answer to end, which ends a call whose pieces are not all there.
     *
     * @param cut whether it is that the answer is cut: then so is the input
     */
    void finish(boolean cut) {
        if (open == Kind.CALL) {
            arguments = cut ? null : arguments;
            stop(false);
        }
    }

    /** Ends the last block. */
    void end() {
        stop(true);
    }

    private void words(JsonFields part) {
        String text = part.textOrEmpty("text");
        Kind kind = part.flag("thought") ? Kind.THINKING : Kind.TEXT;
        if (kind == Kind.TEXT && whole) {
            Map<String, String> extra = part.rest(); // with the signature
            if (!text.isEmpty() || !extra.isEmpty()) {
                start(kind, new ContentBlock.Text(text, List.of(), extra));
                citations.text(text);
            }
            return;
        }
        String signature = signature(part);
        Map<String, String> rest = part.rest();
        if (text.isEmpty() && signature == null && rest.isEmpty()) {
            return;
        }
        if (whole) {
            start(kind, new ContentBlock.Thinking(text, signature, rest));
            return;
        }
        if (open != kind || signed) {
            start(kind, kind == Kind.TEXT ? new ContentBlock.Text("") : new ContentBlock.Thinking("", null, Map.of()));
        }
        if (!text.isEmpty() && kind == Kind.TEXT) {
            citations.text(text);
            delta(new Delta.TextDelta(text));
        } else if (!text.isEmpty()) {
            delta(new Delta.ThinkingDelta(text));
        }
        sign(signature);
        unknown("text", rest);
    }

    /**
     * A call is whole in its part, or comes in pieces. The first piece has a name, and all but the last say that it
     * will continue.
     */
    private void call(JsonFields part, JsonFields call) {
        String name = call.text("name");
        String id = call.textOrEmpty("id");
        String args = call.raw("args");
        List<JsonFields> pieces = call.objects("partialArgs");
        boolean more = call.flag("willContinue");
        String signature = whole ? null : signature(part);
        Map<String, String> extra = extra(part, "functionCall", call.rest());
        boolean goesOn = open == Kind.CALL && name == null;
        if (goesOn) {
            unknown("functionCall", extra);
        } else if (name == null && id.isEmpty() && args == null && pieces.isEmpty() && signature == null) {
            return; // the end of a call that has ended
        } else {
            String known = id.isEmpty() ? GeminiIds.call(answer, index + 1) : id;
            String input = whole && args != null ? args : "{}";
            start(Kind.CALL, new ContentBlock.ToolUse(known, name == null ? "" : name, input, extra));
            called = true;
            arguments = args == null && !whole ? new GeminiPartialArgs() : null;
        }
        if (args != null && !whole) {
            if (goesOn && pieces(call, "args").isBegun()) {
                throw call.mismatch("args", "nothing");
            }
            arguments = null;
            delta(new Delta.InputJsonDelta(args));
        }
        for (JsonFields piece : pieces) {
            more |= pieces(call, "partialArgs").add(piece);
        }
        grow();
        sign(signature);
        if (!more) {
            stop(false);
        }
    }

    private GeminiPartialArgs pieces(JsonFields call, String more) {
        if (arguments == null) { // it has had all of them
            throw call.mismatch(more, "nothing");
        }
        return arguments;
    }

    private void grow() {
        String more = arguments == null ? "" : arguments.more();
        if (!more.isEmpty()) {
            delta(new Delta.InputJsonDelta(more));
        }
    }

    private void code(JsonFields part, JsonFields code) {
        String json = code.raw();
        String id = code.textOrEmpty("id");
        serverCall(id, GeminiContentWriter.CODE_EXECUTION, json, part.rest());
    }

    private void toolCall(JsonFields part, JsonFields call) {
        String args = call.raw("args");
        String id = call.textOrEmpty("id");
        String tool = call.textOrEmpty("toolType");
        Map<String, String> rest = new LinkedHashMap<>(call.rest());
        if (NO_ARGS.equals(args)) {
            rest.put("args", args); // so that it goes back; without it a call goes back without arguments
        }
        serverCall(id, tool, args == null ? NO_ARGS : args, extra(part, "toolCall", rest));
    }

    private void serverCall(String id, String tool, String input, Map<String, String> extra) {
        serverCall = id.isEmpty() ? GeminiIds.call(answer, index + 1) : id;
        start(Kind.NONE, new ContentBlock.ServerToolUse(serverCall, tool, whole ? input : "{}", extra));
        if (!whole) {
            delta(new Delta.InputJsonDelta(input));
        }
        out.accept(new ContentBlockStop(index));
    }

    /** A result has the id of its call, or it belongs to the last one. */
    private void serverResult(JsonFields part, String type) {
        JsonFields result = part.needed(type);
        String id = result.textOrEmpty("id");
        whole(new ContentBlock.ServerToolResult(type, id.isEmpty() ? serverCall : id, result.raw(), part.rest()));
    }

    private void other(JsonFields part) {
        ContentBlock media = GeminiMedia.read(part);
        if (media != null) {
            whole(media);
            return;
        }
        List<String> names = part.names();
        names.removeAll(List.of(SIGNATURE, "thought"));
        if (names.isEmpty()) {
            words(part); // of which there are none, only their signature
        } else {
            whole(new ContentBlock.Unknown(names.getFirst(), part.raw()));
        }
    }

    private void whole(ContentBlock block) {
        start(Kind.NONE, block);
        out.accept(new ContentBlockStop(index));
    }

    private void start(Kind kind, ContentBlock block) {
        stop(false);
        open = kind;
        signed = false;
        index++;
        out.accept(new ContentBlockStart(index, block));
    }

    private void delta(Delta delta) {
        out.accept(new ContentBlockDelta(index, delta));
    }

    private static @Nullable String signature(JsonFields part) {
        String signature = part.textOrEmpty(SIGNATURE);
        return signature.isEmpty() ? null : signature;
    }

    private void sign(@Nullable String signature) {
        if (signature != null) {
            delta(new Delta.SignatureDelta(signature));
            signed = true;
        }
    }

    private void unknown(String type, Map<String, String> fields) {
        if (!fields.isEmpty()) {
            delta(new Delta.Unknown(type, RawJson.object(fields)));
        }
    }

    private void stop(boolean last) {
        if (open == Kind.NONE) {
            return;
        }
        if (open == Kind.TEXT) {
            citations.end(last).forEach(citation -> delta(new Delta.CitationsDelta(citation)));
        }
        if (arguments != null) {
            arguments.close();
            grow();
            arguments = null;
        }
        out.accept(new ContentBlockStop(index));
        open = Kind.NONE;
    }

    /** The fields that a part and its payload have no place for; those of the payload as an object of its name. */
    static Map<String, String> extra(JsonFields part, String name, Map<String, String> inner) {
        Map<String, String> outer = part.rest();
        if (inner.isEmpty()) {
            return outer;
        }
        var extra = new LinkedHashMap<>(outer);
        extra.put(name, RawJson.object(inner));
        return extra;
    }
}
