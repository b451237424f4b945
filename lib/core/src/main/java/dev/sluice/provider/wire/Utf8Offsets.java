package dev.sluice.provider.wire;

import java.util.Arrays;

/** A text whose places are known in bytes of UTF-8. */
public final class Utf8Offsets {
    private final String text;
    /** For each byte the index of the character that begins there, -1 inside of one; at last the length. */
    private final int[] indexes;

    /** The offsets of a text. */
    public Utf8Offsets(String text) {
        this.text = text;
        indexes = new int[Math.addExact(Math.toIntExact(bytes(text)), 1)];
        Arrays.fill(indexes, -1);
        int at = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            indexes[at] = i;
            at += bytes(text.codePointAt(i));
        }
        indexes[at] = text.length();
    }

    /** How many bytes a text has. */
    public static long bytes(String text) {
        return text.codePoints().mapToLong(Utf8Offsets::bytes).sum();
    }

    private static int bytes(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** The index in the string of a place in bytes; -1 if there is none. */
    public int index(long bytes) {
        return bytes < 0 || bytes >= indexes.length ? -1 : indexes[(int) bytes];
    }

    /** Whether these words are between two indexes. */
    public boolean has(String words, int start, int end) {
        return words.length() == end - start && text.startsWith(words, start);
    }
}
