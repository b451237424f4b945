package dev.sluice.examples.server;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Cuts a text into pieces of about a token. */
final class Tokens {
    private static final int SHORTEST = 3;
    private static final int LONGEST = 6;

    private Tokens() {}

    /** Pieces of 3 to 6 characters, the last one perhaps shorter; a character of two halves is never cut. */
    static List<String> of(String text, SplittableRandom random) {
        var pieces = new ArrayList<String>();
        int from = 0;
        while (from < text.length()) {
            int to = Math.min(text.length(), from + random.nextInt(SHORTEST, LONGEST + 1));
            if (Character.isHighSurrogate(text.charAt(to - 1)) && to < text.length()) {
                to++;
            }
            pieces.add(text.substring(from, to));
            from = to;
        }
        return pieces;
    }
}
