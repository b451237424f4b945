package dev.sluice.provider.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the strings of JSON text from its bytes. It declines errors, and the few cases in which a parser and the
 * decoder of UTF-8 might differ. Belongs to one thread.
 */
public final class JsonStringScanner {
    /*
     * Escapes become UTF-8 in a buffer, so that each string is decoded once and whole. Where the decoder puts a replacement
     * character, something was malformed, or it was meant: that is for the parser to say.
     */
    private static final int USUAL = 256;
    private static final byte[] NONE = {};

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private byte[] bytes = NONE;
    private int at;
    private int end;

    private byte[] usual = NONE;
    private byte[] plain = NONE;
    private int size;

    /**
     * The string whose first quote ends before {@code from}; null if it is declined.
     *
     * @param to where the text ends
     */
    @Nullable
    public String read(byte[] source, int from, int to) {
        bytes = source;
        end = to;
        at = plainEnd(from);
        if (at < end && bytes[at] == '"') {
            return text(bytes, from, at++);
        }
        return readEscaped(from);
    }

    /** Moves behind the string whose first quote ends before {@code from}; false if it has an escape or no end. */
    public boolean skip(byte[] source, int from, int to) {
        bytes = source;
        end = to;
        at = plainEnd(from);
        return at < end && bytes[at++] == '"';
    }

    /** Where the last string has ended that was read or skipped, behind its quote. */
    public int next() {
        return at;
    }

    private @Nullable String readEscaped(int first) {
        int from = first;
        size = 0;
        plain = buffer(end - from); // no escape is shorter than what it stands for
        while (at < end) {
            System.arraycopy(bytes, from, plain, size, at - from);
            size += at - from;
            if (bytes[at] == '"') {
                at++;
                return text(plain, 0, size);
            }
            if (bytes[at] != '\\' || !unescape()) {
                return null;
            }
            from = at;
            at = plainEnd(from);
        }
        return null;
    }

    /** A large one is not kept, as most of many streams are idle. */
    private byte[] buffer(int length) {
        if (length > USUAL) {
            return new byte[length];
        }
        if (usual.length == 0) {
            usual = new byte[USUAL];
        }
        return usual;
    }

    private static @Nullable String text(byte[] utf8, int from, int to) {
        String text = new String(utf8, from, to - from, StandardCharsets.UTF_8);
        return text.indexOf('\uFFFD') < 0 ? text : null;
    }

    /** The place of the first byte that does not stand for itself: a quote, a backslash, a control character. */
    private int plainEnd(int from) {
        int i = from;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            long word = (long) WORDS.get(bytes, i);
            long marks = below(1, word ^ ('"' * ONES)) | below(1, word ^ ('\\' * ONES)) | below(' ', word);
            if (marks != 0) {
                return i + Long.numberOfTrailingZeros(marks) / Byte.SIZE;
            }
        }
        while (i < end && bytes[i] != '"' && bytes[i] != '\\' && (bytes[i] < 0 || bytes[i] >= ' ')) {
            i++;
        }
        return i;
    }

    /** Marks the bytes below a limit; for certain the first of them, as the search for the ends of lines does. */
    private static long below(int limit, long word) {
        return (word - limit * ONES) & ~word & HIGH_BITS;
    }

    /** Adds what an escape stands for and moves behind it; false if it is declined. */
    private boolean unescape() {
        if (end - at < 2) {
            return false;
        }
        byte kind = bytes[at + 1];
        int c = switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            default -> -1;
        };
        if (c < 0) {
            return kind == 'u' && unescapeUnicode();
        }
        plain[size++] = (byte) c;
        at += 2;
        return true;
    }

    /** Half a pair is declined: it cannot be written as UTF-8. */
    private boolean unescapeUnicode() {
        int unit = codeUnit();
        if (unit < 0) {
            return false;
        }
        if (!Character.isSurrogate((char) unit)) {
            addUtf8(unit);
            return true;
        }
        int low = codeUnit();
        if (low < 0 || !Character.isSurrogatePair((char) unit, (char) low)) {
            return false;
        }
        addUtf8(Character.toCodePoint((char) unit, (char) low));
        return true;
    }

    /** Moves behind a backslash, a {@code u} and four digits, and returns their number; -1 if they do not come next. */
    private int codeUnit() {
        if (end - at < 6 || bytes[at] != '\\' || bytes[at + 1] != 'u') {
            return -1;
        }
        int unit = 0;
        for (int i = at + 2; i < at + 6; i++) {
            int digit = Character.digit(bytes[i], 16);
            if (digit < 0) {
                return -1;
            }
            unit = 16 * unit + digit;
        }
        at += 6;
        return unit;
    }

    private void addUtf8(int c) {
        if (c < 0x80) {
            plain[size++] = (byte) c;
            return;
        }
        int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
        plain[size++] =
                (byte) (0xFF00 >> (more + 1) | c >> (6 * more)); // as many ones as bytes, a zero, the first bits
        while (--more >= 0) {
            plain[size++] = (byte) (0x80 | (c >> (6 * more) & 0x3F));
        }
    }
}
