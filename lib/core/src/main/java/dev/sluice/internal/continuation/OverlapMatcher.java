package dev.sluice.internal.continuation;

/**
 * What an answer repeats of the text it goes on with, and where it says something new. Takes the answer in pieces of any
 * size.
 */
final class OverlapMatcher {
    private final String repeated;
    private final int needed;
    private int matched;

    /**
     * An overlap.
     *
     * @param anchor what the answer must begin with, white space before it aside; does not begin with white space itself
     * @param optional what it may go on to repeat, in whole or in part
     */
    OverlapMatcher(String anchor, String optional) {
        repeated = anchor + optional;
        needed = anchor.length();
    }

    /** Takes the next piece. Returns how much of its beginning is repeated; -1 if it does not go on from the anchor. */
    int skip(String piece) {
        for (int i = 0; i < piece.length(); i++) {
            char c = piece.charAt(i);
            if (matched < repeated.length() && c == repeated.charAt(matched)) {
                matched++;
            } else if (isMatched()) {
                matched = repeated.length();
                return i;
            } else if (matched > 0 || !ResumePoint.isBlank(c)) {
                return -1;
            }
        }
        return piece.length();
    }

    /** Whether all came that must come. */
    boolean isMatched() {
        return matched >= needed;
    }
}
