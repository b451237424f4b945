package dev.sluice.provider.claude;

import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.provider.wire.JsonStringScanner;
import dev.sluice.sse.SseReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the one event that nearly all of an answer consists of, more text for a block, straight from its bytes. It takes
 * only what it understands to the last byte, and that means exactly what a whole parser reads in it. Everything else it
 * declines: other fields, another order of them, text that is empty or not well-formed. Belongs to one thread.
 */
final class DeltaScanner {
    /*
     * The event is the text around its three values, compared as a whole; blanks between tokens interrupt that.
     */
    private static final byte[] HEAD = ascii("{\"type\":\"content_block_delta\",\"index\":");
    private static final byte[] DELTA = ascii(",\"delta\":{\"type\":\"");
    private static final byte[] TEXT = ascii("text_delta\",\"text\":\"");
    private static final byte[] INPUT_JSON = ascii("input_json_delta\",\"partial_json\":\"");
    private static final byte[] THINKING = ascii("thinking_delta\",\"thinking\":\"");
    private static final byte[] TAIL = ascii("}}");

    private static final int INDEX_DIGITS = 9; // any such number is an int

    private final JsonStringScanner strings = new JsonStringScanner();
    private byte[] bytes = {};
    private int at;
    private int end;

    private int index;
    private byte kind;

    /** The event's addition to a block; null if it is declined. */
    @Nullable
    ContentBlockDelta scan(SseReader sse) {
        bytes = sse.array();
        at = sse.offset();
        end = at + sse.length();
        if (!head()) {
            return null;
        }
        String string = strings.read(bytes, at, end);
        at = strings.next();
        if (string == null || string.isEmpty() || !skip(TAIL)) {
            return null;
        }
        skipBlanks();
        return at == end ? new ContentBlockDelta(index, delta(string)) : null;
    }

    /** Moves behind what comes before the string. */
    private boolean head() {
        skipBlanks();
        if (!skip(HEAD)) {
            return false;
        }
        index = index();
        if (index < 0 || !skip(DELTA) || end - at < 2) {
            return false;
        }
        kind = bytes[at + 1]; // where the three names differ
        return switch (kind) {
            case 'e' -> skip(TEXT);
            case 'n' -> skip(INPUT_JSON);
            case 'h' -> skip(THINKING);
            default -> false;
        };
    }

    private Delta delta(String string) {
        return switch (kind) {
            case 'e' -> new Delta.TextDelta(string);
            case 'n' -> new Delta.InputJsonDelta(string);
            default -> new Delta.ThinkingDelta(string);
        };
    }

    private int index() {
        skipBlanks();
        int first = at;
        int index = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            if (at - first == INDEX_DIGITS || (at > first && index == 0)) {
                return -1;
            }
            index = 10 * index + bytes[at++] - '0';
        }
        return at > first ? index : -1;
    }

    /** Moves behind this text if it comes next, with or without blanks between its tokens. */
    private boolean skip(byte[] text) {
        int matched = 0;
        while (true) {
            int length = Math.min(text.length - matched, end - at);
            int same = Arrays.mismatch(text, matched, matched + length, bytes, at, at + length);
            if (same < 0) {
                at += length;
                return matched + length == text.length;
            }
            matched += same;
            at += same;
            if (!isBlank(bytes[at]) || !isBetweenTokens(text, matched)) {
                return false;
            }
            skipBlanks();
        }
    }

    /** No name here has punctuation in it, so what is next to punctuation is the edge of a token. */
    private static boolean isBetweenTokens(byte[] text, int i) {
        return isPunctuation(text[i]) || (i > 0 && isPunctuation(text[i - 1]));
    }

    private static boolean isPunctuation(byte b) {
        return b == '{' || b == '}' || b == ':' || b == ',';
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private void skipBlanks() {
        while (at < end && isBlank(bytes[at])) {
            at++;
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
