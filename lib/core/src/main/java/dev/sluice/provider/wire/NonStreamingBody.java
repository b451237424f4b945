package dev.sluice.provider.wire;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.json.PartialJson;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.Usage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;

/** An answer that comes in one body, which is one JSON object, and the events it would have been streamed as. */
public final class NonStreamingBody {
    private NonStreamingBody() {}

    /**
     * Reads a body.
     *
     * @param decode what its object means
     * @throws Truncated if it is the beginning of an object
     * @throws ProtocolError if it is anything else than an object, or {@code decode} finds no JSON where it looks
     */
    public static <T> T read(byte[] body, Function<JsonFields, T> decode) {
        try {
            var wire = new JsonFields();
            if (fill(wire, body)) {
                return decode.apply(wire);
            }
        } catch (JacksonException e) {
            throw notJson(text(body), e);
        }
        throw notAnObject(text(body));
    }

    /** As {@link #read(byte[], Function)}. */
    public static <T> T read(String body, Function<JsonFields, T> decode) {
        return read(body.getBytes(StandardCharsets.UTF_8), decode);
    }

    /** Emits a message: its start, its blocks, each whole, and its end. */
    public static void handOut(Message message, Consumer<? super StreamEvent> out) {
        Usage usage = message.usage();
        var prompt = new Usage(
                usage.inputTokens(),
                0,
                usage.cacheReadTokens(),
                usage.cacheWriteTokens(),
                usage.cacheWrite1hTokens(),
                0,
                List.of(),
                Map.of());
        out.accept(new MessageStart(new Message(
                message.id(),
                message.role(),
                message.model(),
                message.provider(),
                List.of(),
                FinishReason.UNKNOWN,
                null,
                null,
                prompt,
                message.extra())));
        List<ContentBlock> content = message.content();
        for (int i = 0; i < content.size(); i++) {
            out.accept(new ContentBlockStart(i, content.get(i)));
            out.accept(new ContentBlockStop(i));
        }
        out.accept(new MessageDelta(
                message.finishReason(), message.stopReason(), message.stopSequence(), usage, Map.of()));
        out.accept(new MessageStop());
    }

    /** Malformed UTF-8 is read as it is in a stream. */
    private static boolean fill(JsonFields wire, byte[] body) {
        try {
            return wire.read(body, 0, body.length);
        } catch (JacksonException e) {
            byte[] mended = text(body).getBytes(StandardCharsets.UTF_8);
            if (Arrays.equals(mended, body)) {
                throw e;
            }
            return wire.read(mended, 0, mended.length);
        }
    }

    private static RuntimeException notJson(String text, JacksonException cause) {
        PartialJson json = new PartialJson().append(text);
        return json.isMalformed() || json.isComplete()
                ? new ProtocolError("The server sent a body that is no JSON: " + Excerpt.of(text), cause)
                : new Truncated("The response ended after " + text.length()
                        + " characters of JSON, before the answer was complete");
    }

    private static RuntimeException notAnObject(String text) {
        return text.isBlank()
                ? new Truncated("The response ended without a body")
                : new ProtocolError("The server sent a body that is no JSON object: " + Excerpt.of(text), null);
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }
}
