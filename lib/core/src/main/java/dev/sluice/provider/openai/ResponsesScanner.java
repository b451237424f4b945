package dev.sluice.provider.openai;

import dev.sluice.provider.wire.JsonStringScanner;
import dev.sluice.provider.wire.RawJson;
import dev.sluice.sse.SseReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
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
     * kind. With another one there it finds the same tokens around it. Two values are never read: the random text
     * that hides an event's length, and the id of its item, which some servers change from event to event.
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
        NUMBER,
        /** No value: the end of the event. */
        NONE
    }

    /**
     * A part of an event: bytes that are always the same, and the value behind them, which may differ.
     *
     * @param next what follows; null behind {@link Value#NONE}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a record
    private record Piece(
            byte[] before, Value value, @Nullable Piece next) {}

    private final JsonStringScanner strings = new JsonStringScanner();
    private int attempts = ATTEMPTS;
    private boolean idsChange;
    private long number = SequenceNumbers.NONE;

    /** The beginning of an event that would mean the same; null if nothing is known. */
    private @Nullable Piece first;

    /** The text of the event; null if it is declined. */
    @Nullable
    String scan(SseReader sse) {
        byte[] bytes = sse.array();
        int at = sse.offset();
        int to = at + sse.length();
        String text = null;
        number = SequenceNumbers.NONE;
        for (Piece piece = first; piece != null && isNext(piece.before, bytes, at, to); piece = piece.next) {
            at += piece.before.length;
            switch (piece.value) {
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
                    number = number(bytes, at, end);
                    at = end;
                }
                case NONE -> {
                    if (at != to) {
                        return null;
                    }
                    attempts = ATTEMPTS;
                    return text;
                }
            }
        }
        return null;
    }

    /** The number of the event that was scanned. */
    long number() {
        return number;
    }

    /** An event is being parsed, which may change what the next one means. */
    void forget() {
        first = null;
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
        var found = new ArrayList<Piece>();
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
                if (value != Value.NONE) {
                    byte[] before = Arrays.copyOfRange(bytes, from, value == Value.NUMBER ? start : start + 1);
                    found.add(new Piece(before, value, null));
                    from = offset + Math.toIntExact(parser.currentLocation().getByteOffset());
                }
            }
        }
        Piece next = new Piece(Arrays.copyOfRange(bytes, from, end), Value.NONE, null);
        for (Piece piece : found.reversed()) {
            next = new Piece(piece.before, piece.value, next);
        }
        first = next;
        if (!names.contains("type") || !text.equals(scanned(sse))) {
            forget();
        }
    }

    private @Nullable String scanned(SseReader sse) {
        int before = attempts;
        String text = scan(sse);
        attempts = before;
        return text;
    }

    private Value value(String name, JsonToken token) {
        boolean string = token == JsonToken.VALUE_STRING;
        if (string && name.equals(DELTA)) {
            return Value.TEXT;
        }
        if (string && (name.equals(RANDOM) || (idsChange && name.equals(ID)))) {
            return Value.IGNORED;
        }
        return token == JsonToken.VALUE_NUMBER_INT && name.equals(NUMBER) ? Value.NUMBER : Value.NONE;
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

    private static long number(byte[] bytes, int from, int to) {
        long number = 0;
        for (int at = from; at < to; at++) {
            number = number * 10 + (bytes[at] - '0');
        }
        return number;
    }

    private static boolean isNext(byte[] expected, byte[] bytes, int at, int to) {
        return to - at >= expected.length
                && Arrays.equals(expected, 0, expected.length, bytes, at, at + expected.length);
    }
}
