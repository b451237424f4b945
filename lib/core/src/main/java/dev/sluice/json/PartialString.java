package dev.sluice.json;

/** A string from behind its first quote to its last one, in pieces cut anywhere. */
final class PartialString {
    private static final String ESCAPED = "\"\\/bfnrt";
    private static final String MEANT = "\"\\/\b\f\n\r\t";

    /** Where a fragment ended, or the string did. */
    private enum Place {
        PLAIN,
        BACKSLASH,
        HEX,
        END,
        FAULT
    }

    private final StringBuilder text = new StringBuilder();
    private Place place = Place.PLAIN;
    private int hex;
    private int hexDigits;

    /** Makes it a new string of which nothing has come. */
    void clear() {
        text.setLength(0);
        place = Place.PLAIN;
    }

    /**
     * Takes characters from {@code start} on, until the string ends, breaks or the fragment is used up.
     *
     * @return the place behind the last character that was taken; the one that breaks the string counts
     */
    int take(CharSequence fragment, int start) {
        int at = start;
        while (at < fragment.length() && place != Place.END && place != Place.FAULT) {
            if (place == Place.PLAIN) {
                int run = at;
                while (run < fragment.length() && isPlain(fragment.charAt(run))) {
                    run++;
                }
                text.append(fragment, at, run);
                at = run;
            }
            if (at < fragment.length()) {
                takeSpecial(fragment.charAt(at++));
            }
        }
        return at;
    }

    boolean isEnded() {
        return place == Place.END;
    }

    boolean isBroken() {
        return place == Place.FAULT;
    }

    /** The text so far, without half an escape or half a surrogate pair at its end. */
    String soFar() {
        int length = text.length();
        boolean half = length > 0 && Character.isHighSurrogate(text.charAt(length - 1)) && place != Place.END;
        return half ? text.substring(0, length - 1) : text.toString();
    }

    private void takeSpecial(char c) {
        switch (place) {
            case PLAIN -> place = c == '"' ? Place.END : c == '\\' ? Place.BACKSLASH : Place.FAULT;
            case BACKSLASH -> takeEscaped(c);
            default -> takeHex(c);
        }
    }

    private void takeEscaped(char c) {
        if (c == 'u') {
            place = Place.HEX;
            hex = 0;
            hexDigits = 0;
            return;
        }
        int meaning = ESCAPED.indexOf(c);
        if (meaning < 0) {
            place = Place.FAULT;
            return;
        }
        text.append(MEANT.charAt(meaning));
        place = Place.PLAIN;
    }

    private void takeHex(char c) {
        int digit = c < 128 ? Character.digit(c, 16) : -1;
        if (digit < 0) {
            place = Place.FAULT;
            return;
        }
        hex = hex << 4 | digit;
        if (++hexDigits == 4) {
            text.append((char) hex);
            place = Place.PLAIN;
        }
    }

    private static boolean isPlain(char c) {
        return c != '"' && c != '\\' && c >= ' ';
    }
}
