package dev.sluice.provider.wire;

/**
 * Finds the end of a JSON object whose text comes in pieces. Looks at brackets and quotes only, at each character once.
 * A text whose last bracket has been closed is an object or can never become one, because only blanks may follow.
 */
public final class JsonEndDetector {
    private int depth;
    private boolean begun;
    private boolean inString;
    private boolean escaped;

    /** Whether there is something outside of the object. */
    private boolean more;

    /** Takes in the next piece of the text. */
    public void take(String piece) {
        for (int i = 0; i < piece.length(); i++) {
            char c = piece.charAt(i);
            if (inString) {
                inString = escaped || c != '"';
                escaped = !escaped && c == '\\';
            } else if (depth > 0) {
                inside(c);
            } else {
                outside(c);
            }
        }
    }

    /** Whether it has come, with nothing but blanks behind it. */
    public boolean isReached() {
        return begun && depth == 0 && !more;
    }

    private void inside(char c) {
        switch (c) {
            case '"' -> inString = true;
            case '{', '[' -> depth++;
            case '}', ']' -> depth--;
            default -> {}
        }
    }

    private void outside(char c) {
        if (c == '{' && !begun) {
            begun = true;
            depth = 1;
        } else {
            more |= c != ' ' && c != '\n' && c != '\r' && c != '\t';
        }
    }
}
