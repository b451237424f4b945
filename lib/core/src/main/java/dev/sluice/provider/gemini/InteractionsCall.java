package dev.sluice.provider.gemini;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.wire.JsonFields;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call of one of the caller's tools, or of a tool of Google's. Its arguments may be an object, in the start of the
 * step or in a delta, and the delta's counts. Or they come as fragments of JSON text, and then no object counts.
 */
final class InteractionsCall extends InteractionsStep {
    private static final String ARGUMENTS = "arguments";
    private static final String SIGNATURE = "signature";

    private final InteractionsAnswer answer;
    private final int block;
    private final boolean isFunction;
    private String id = "";
    private String name = "";
    private Map<String, String> extra = Map.of();
    private @Nullable String whole;
    private @Nullable String handedOut;
    private boolean started;
    private boolean inPieces;

    InteractionsCall(String type, InteractionsAnswer answer) {
        super(type);
        this.answer = answer;
        block = answer.nextBlock();
        isFunction = type.equals(FUNCTION_CALL);
        if (isFunction) {
            answer.called();
        } else {
            name = type.substring(0, type.length() - CALL.length());
        }
    }

    @Override
    void start(JsonFields step, Consumer<? super StreamEvent> out) {
        step.skip("type");
        read(step);
        String text = step.textIfAny(ARGUMENTS);
        whole = text == null ? step.raw(ARGUMENTS) : text.isBlank() ? null : text;
        extra = step.rest();
        if (!id.isEmpty() && !name.isEmpty()) {
            begin(out);
        }
    }

    @Override
    boolean delta(String type, JsonFields delta, Consumer<? super StreamEvent> out) {
        if (!type.equals("arguments_delta") && !type.equals(type())) {
            return false;
        }
        read(delta);
        begin(out);
        String signature = text(delta, SIGNATURE);
        if (!signature.isEmpty()) {
            grow(new Delta.SignatureDelta(signature), out);
        }
        String fragment = delta.textIfAny(ARGUMENTS);
        if (fragment == null) {
            whole(delta.raw(ARGUMENTS), out);
        } else if (handedOut != null) {
            return fragment.isEmpty();
        } else if (!fragment.isEmpty()) {
            inPieces = true;
            grow(new Delta.InputJsonDelta(fragment), out);
        }
        return true;
    }

    @Override
    void end(Consumer<? super StreamEvent> out) {
        begin(out);
        if (!inPieces && handedOut == null && whole != null) {
            grow(new Delta.InputJsonDelta(whole), out);
        }
        out.accept(new ContentBlockStop(block));
    }

    /** Takes the id and the name, until they are emitted; from then on only if they are the same. */
    private void read(JsonFields wire) {
        if (started) {
            boolean unusedId = wire.takeIf("id", id);
            boolean unusedName = isFunction && wire.takeIf("name", name);
            return;
        }
        String known = text(wire, "id");
        id = known.isEmpty() ? id : known;
        if (isFunction) {
            String tool = text(wire, "name");
            name = tool.isEmpty() ? name : tool;
        }
    }

    /** Takes all arguments at once. An emitted value cannot be taken back, so later ones are passed on raw. */
    private void whole(@Nullable String arguments, Consumer<? super StreamEvent> out) {
        if (arguments == null || arguments.equals(handedOut)) {
            return;
        }
        if (inPieces || handedOut != null) {
            out.accept(new StreamEvent.Unknown(ARGUMENTS, arguments));
        } else if (arguments.equals(GeminiBlocks.NO_ARGS)) {
            whole = whole == null ? arguments : whole;
        } else {
            handedOut = arguments;
            grow(new Delta.InputJsonDelta(arguments), out);
        }
    }

    private void begin(Consumer<? super StreamEvent> out) {
        if (!started) {
            started = true;
            id = id.isEmpty() ? answer.callId(block) : id;
            if (!isFunction) {
                answer.calledServer(id);
            }
            out.accept(new ContentBlockStart(
                    block,
                    isFunction
                            ? new ContentBlock.ToolUse(id, name, GeminiBlocks.NO_ARGS, extra)
                            : new ContentBlock.ServerToolUse(id, name, GeminiBlocks.NO_ARGS, extra)));
        }
    }

    private void grow(Delta delta, Consumer<? super StreamEvent> out) {
        out.accept(new ContentBlockDelta(block, delta));
    }
}
