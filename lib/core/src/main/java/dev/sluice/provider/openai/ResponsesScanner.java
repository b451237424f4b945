package dev.sluice.provider.openai;

import dev.sluice.provider.wire.JsonStringScanner;
import dev.sluice.provider.wire.RawJson;
import dev.sluice.sse.SseReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Reads the event that nearly all of an answer consists of, the last delta once more with another text, straight from its
 * bytes. It learns the text around a delta from a parsed event; an event with the same bytes there means the same.
 * Everything else it declines. Belongs to one thread.
 */
final class ResponsesScanner {
    /*
     * Why the same bytes mean the same: the values that may differ stand where a parser has found a value of the same
     * kind. With another one there it finds the same tokens around it. Three values are never read: the number of an
     * event, the random text that hides its length, and the id of its item, which some servers change from event to
     * event.
     */
    private static final String DELTA = "delta";

    private static final String RANDOM = "obfuscation";

    /** Compared like all else, which is faster than to step over it, until it is seen to change. */
    private static final String ID = "item_id";

    private static final String NUMBER = "sequence_number";

    /** So often in a row an event is learned for nothing; calls that take turns are never like the one before. */
    private static final int ATTEMPTS = 16;

    /** In bytes; of a larger event nothing is kept, as most of many streams are idle. */
    private static final int LARGEST = 4096;

    private static final int DIGITS = 18;

    private enum Value {
        TEXT,
        IGNORED,
        NUMBER
    }

    private final JsonStringScanner strings = new JsonStringScanner();
    private int attempts = ATTEMPTS;
    private boolean idsChange;

    /** The values that may differ, and what stands before each of them and behind the last; empty if nothing is known. */
    private Value[] values = {};

    private byte[][] around = {};

    /** The text of the event; null if it is declined. */
    @Nullable
    String scan(SseReader sse) {
        if (around.length == 0) {
            return null;
        }
        byte[] bytes = sse.array();
        int at = sse.offset();
        int to = at + sse.length();
        String text = null;
        for (int i = 0; i < values.length; i++) {
            if (!isNext(around[i], bytes, at, to)) {
                return null;
            }
            at += around[i].length;
            switch (values[i]) {
                case TEXT -> {
                    text = strings.read(bytes, at, to);
                    if (text == null || text.isEmpty()) {
                        return null;
                    }
                    at = strings.next();
                }
                case IGNORED -> {
                    if (!strings.skip(bytes, at, to)) {
                        return null;
                    }
                    at = strings.next();
                }
                case NUMBER -> {
                    int end = numberEnd(bytes, at, to);
                    if (end < 0) {
                        return null;
                    }
                    at = end;
                }
            }
        }
        byte[] last = around[values.length];
        if (to - at != last.length || !isNext(last, bytes, at, to)) {
            return null;
        }
        attempts = ATTEMPTS;
        return text;
    }

    /** An event is being parsed, which may change what the next one means. */
    void forget() {
        values = new Value[0];
        around = new byte[0][];
    }

    /** Takes note of an event that has been parsed, added its text somewhere, and meant nothing else. */
    void learn(SseReader sse, String text) {
        if (attempts == 0 || sse.length() > LARGEST) {
            return;
        }
        attempts--;
        idsChange |= attempts < ATTEMPTS - 1; // what was learned before was good for nothing
        byte[] bytes = sse.array();
        int offset = sse.offset();
        int end = offset + sse.length();
        var found = new ArrayList<Value>();
        var between = new ArrayList<byte[]>();
        Set<String> names = new HashSet<>();
        int from = offset;
        try (JsonParser parser = RawJson.FACTORY.createParser(ObjectReadContext.empty(), bytes, offset, sse.length())) {
            parser.nextToken();
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                if (!names.add(name)) {
                    return; // of several the last counts
                }
                Value value = value(name, parser.nextToken());
                int start =
                        offset + Math.toIntExact(parser.currentTokenLocation().getByteOffset());
                parser.finishToken();
                parser.skipChildren();
                if (value != null) {
                    found.add(value);
                    between.add(Arrays.copyOfRange(bytes, from, value == Value.NUMBER ? start : start + 1));
                    from = offset + Math.toIntExact(parser.currentLocation().getByteOffset());
                }
            }
        }
        between.add(Arrays.copyOfRange(bytes, from, end));
        values = found.toArray(Value[]::new);
        around = between.toArray(byte[][]::new);
        if (!names.contains("type") || !isLearned(found) || !text.equals(scanned(sse))) {
            forget();
        }
    }

    private static boolean isLearned(List<Value> found) {
        return found.contains(Value.TEXT);
    }

    private @Nullable String scanned(SseReader sse) {
        int before = attempts;
        String text = scan(sse);
        attempts = before;
        return text;
    }

    private @Nullable Value value(String name, JsonToken token) {
        boolean string = token == JsonToken.VALUE_STRING;
        if (string && name.equals(DELTA)) {
            return Value.TEXT;
        }
        if (string && (name.equals(RANDOM) || (idsChange && name.equals(ID)))) {
            return Value.IGNORED;
        }
        return token == JsonToken.VALUE_NUMBER_INT && name.equals(NUMBER) ? Value.NUMBER : null;
    }

    /** Where a whole number ends that begins here; -1 if none does, or one that is not written like others. */
    private static int numberEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        int digits = at - from;
        return digits == 0 || digits > DIGITS || (digits > 1 && bytes[from] == '0') ? -1 : at;
    }

    private static boolean isNext(byte[] expected, byte[] bytes, int at, int to) {
        return to - at >= expected.length
                && Arrays.equals(expected, 0, expected.length, bytes, at, at + expected.length);
    }
}
