package dev.sluice.aggregate;

import org.jspecify.annotations.Nullable;

/** A text that is appended to. Its string is made when it is asked for, and kept until the text grows. */
final class GrowingText {
    private final StringBuilder builder = new StringBuilder();
    private @Nullable String string = "";

    void append(String more) {
        if (!more.isEmpty()) {
            builder.append(more);
            string = null;
        }
    }

    int length() {
        return builder.length();
    }

    /** What came after the first {@code start} characters. */
    String from(int start) {
        return builder.substring(start);
    }

    @Override
    public String toString() {
        if (string == null) {
            string = builder.toString();
        }
        return string;
    }
}
