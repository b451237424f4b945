package dev.sluice.examples;

/** How many cells of a terminal a text takes, and what fits into so many. Control characters are shown as a dot. */
final class Cells {
    private static final int[][] WIDE = {
        {0x1100, 0x115F},
        {0x2E80, 0xA4CF},
        {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F},
        {0xFF00, 0xFF60},
        {0xFFE0, 0xFFE6},
        {0x1F300, 0x1FAFF},
        {0x20000, 0x3FFFD},
    };

    private Cells() {}

    static int of(String text) {
        return text.codePoints().map(Cells::of).sum();
    }

    static int of(int character) {
        switch (Character.getType(character)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> {
                return 0;
            }
            default -> {
                for (int[] range : WIDE) {
                    if (character >= range[0] && character <= range[1]) {
                        return 2;
                    }
                }
                return 1;
            }
        }
    }

    /** As much as fits, with a mark at the end if that is not all. */
    static String clipped(String text, int width, String more) {
        String shown = shown(text);
        if (of(shown) <= width) {
            return shown;
        }
        var clipped = new StringBuilder();
        int left = width - of(more);
        for (int character : shown.codePoints().toArray()) {
            left -= of(character);
            if (left < 0) {
                break;
            }
            clipped.appendCodePoint(character);
        }
        return clipped + more;
    }

    /** Clipped, then filled with blanks. */
    static String padded(String text, int width, String more) {
        String clipped = clipped(text, width, more);
        return clipped + " ".repeat(width - of(clipped));
    }

    /** The text without anything that could steer a terminal: it may come from anybody. */
    static String shown(String text) {
        return text.codePoints()
                .map(character -> steers(character) ? '·' : character)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    static boolean steers(int character) {
        return Character.isISOControl(character)
                || Character.getType(character) == Character.SURROGATE
                || character >= 0x202A && character <= 0x202E // turns the direction of writing
                || character >= 0x2066 && character <= 0x2069;
    }
}
