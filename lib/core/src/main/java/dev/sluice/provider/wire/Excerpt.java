package dev.sluice.provider.wire;

/** The beginning of a foreign text, on one line and short enough for a message. */
public final class Excerpt {
    private static final int MOST = 200;

    private Excerpt() {}

    /** At most 200 characters of the text, its blanks and control characters folded; three dots where it was cut. */
    public static String of(String text) {
        String head = text.length() <= 2 * MOST ? text : text.substring(0, 2 * MOST);
        String line = head.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        if (line.length() <= MOST && head.length() == text.length()) {
            return line;
        }
        int end = Math.min(line.length(), MOST - 3);
        if (end > 0 && Character.isHighSurrogate(line.charAt(end - 1))) {
            end--;
        }
        return line.substring(0, end) + "...";
    }
}
