package dev.sluice.provider.openai;

import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.JsonStringScanner;
import dev.sluice.sse.SseReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the chunk that nearly all of an answer consists of, the last one once more with another text, straight from its
 * bytes. It learns the text around a delta from a parsed chunk that came to this delta and nothing else. A chunk with
 * the same bytes there has the same meaning. Everything else it declines. Belongs to one thread.
 */
final class OpenAiScanner {
    /*
     * Why the same bytes mean the same: the text stands at a place where a parser has found a string. With another
     * string there, the parser finds the same tokens around it. Their effect on the answer has happened already,
     * because there is no chunk in between (forget). The text itself becomes the delta, unless something compares it
     * with another field, which learn checks. It may complete a call, which the blocks check.
     *
     * OpenAI adds a string of random length to each chunk, which nobody looks at; any will do in its place.
     */
    private static final String RANDOM = "obfuscation";

    private static final List<String> WORDS = List.of(OpenAiBlocks.CONTENT, OpenAiBlocks.REFUSAL);

    /** So often in a row a chunk is learned for nothing; in some answers none is like the one before. */
    private static final int ATTEMPTS = 16;

    /** In bytes; of a larger chunk nothing is kept, as most of many streams are idle. */
    private static final int LARGEST = 4096;

    private final JsonStringScanner strings = new JsonStringScanner();
    private int attempts = ATTEMPTS;
    private @Nullable ContentBlockDelta last;
    private byte[] before = {};
    private byte[] behind = {};

    /** The text after the random string; null if there is none. */
    private byte @Nullable [] end;

    /** The chunk's addition to a block; null if it is declined. */
    @Nullable
    ContentBlockDelta scan(SseReader sse) {
        byte[] bytes = sse.array();
        int at = sse.offset();
        int to = at + sse.length();
        if (last == null || !isNext(before, bytes, at, to) || sse.type().equals("error")) {
            return null;
        }
        String text = strings.read(bytes, at + before.length, to);
        at = strings.next();
        if (text == null || text.isEmpty() || !isNext(behind, bytes, at, to)) {
            return null;
        }
        at += behind.length;
        if (end != null) {
            if (!strings.skip(bytes, at, to) || !isNext(end, bytes, strings.next(), to)) {
                return null;
            }
            at = strings.next() + end.length;
        }
        if (at != to) {
            return null;
        }
        attempts = ATTEMPTS;
        return like(last, text);
    }

    /** A chunk is being parsed, which may change what the next one means. */
    void forget() {
        last = null;
    }

    /** Takes note of a chunk that has been parsed and came to this delta and nothing else. */
    void learn(SseReader sse, JsonFields chunk, ContentBlockDelta delta) {
        if (attempts == 0 || sse.length() > LARGEST || chunk.isMended()) {
            return;
        }
        attempts--;
        byte[] bytes = sse.array();
        int to = sse.offset() + sse.length();
        int from = textStart(chunk, delta.delta());
        String text = from < 0 ? null : strings.read(bytes, from, to);
        if (text == null || !like(delta, text).equals(delta)) {
            return;
        }
        int next = strings.next();
        int random = chunk.textStart(RANDOM);
        end = null;
        if (random > next && strings.skip(bytes, random, to)) {
            end = Arrays.copyOfRange(bytes, strings.next(), to);
        }
        before = Arrays.copyOfRange(bytes, sse.offset(), from);
        behind = Arrays.copyOfRange(bytes, next, end == null ? to : random);
        last = delta;
    }

    /** Where the delta's text begins in the bytes; -1 if a chunk like this one could come to anything else. */
    private static int textStart(JsonFields chunk, Delta delta) {
        List<JsonFields> choices = chunk.objects("choices");
        JsonFields choice = choices.size() == 1 ? choices.getFirst() : null;
        JsonFields said = choice == null || hasText(choice, "finish_reason") ? null : choice.object("delta");
        if (said == null || !said.objects(OpenAiReasoning.DETAILS).isEmpty()) {
            return -1;
        }
        var calls = new ArrayList<@Nullable JsonFields>();
        said.objects(OpenAiToolCalls.CALLS).forEach(call -> calls.add(call.object("function")));
        if (said.has(OpenAiToolCalls.LEGACY)) {
            calls.add(said.object(OpenAiToolCalls.LEGACY));
        }
        JsonFields call = calls.size() == 1 ? calls.getFirst() : null;
        return switch (delta) {
            case Delta.InputJsonDelta input when call != null -> textStart(call, List.of("arguments"));
            case Delta.TextDelta words when calls.isEmpty() -> textStart(said, WORDS);
            case Delta.ThinkingDelta thoughts when calls.isEmpty() -> textStart(said, OpenAiReasoning.TEXTS);
            default -> -1;
        };
    }

    /** Of these fields the only one that has a text. */
    private static int textStart(JsonFields said, List<String> names) {
        List<String> spoken = names.stream().filter(name -> hasText(said, name)).toList();
        return spoken.size() == 1 ? said.textStart(spoken.getFirst()) : -1;
    }

    private static boolean hasText(JsonFields wire, String name) {
        String text = wire.textIfAny(name);
        return text != null && !text.isEmpty();
    }

    private static ContentBlockDelta like(ContentBlockDelta delta, String text) {
        return new ContentBlockDelta(
                delta.index(),
                switch (delta.delta()) {
                    case Delta.TextDelta words -> new Delta.TextDelta(text);
                    case Delta.ThinkingDelta thoughts -> new Delta.ThinkingDelta(text);
                    case Delta.InputJsonDelta input -> new Delta.InputJsonDelta(text);
                    default -> delta.delta();
                });
    }

    private static boolean isNext(byte[] expected, byte[] bytes, int at, int to) {
        return to - at >= expected.length
                && Arrays.equals(expected, 0, expected.length, bytes, at, at + expected.length);
    }
}
