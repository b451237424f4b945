package dev.sluice.aggregate;

import java.util.ArrayList;
import java.util.List;

/** A {@link TextRope} as it stood at one moment: pieces until it is read, one string from then on. For any thread. */
final class TextSnapshot {
    static final TextSnapshot EMPTY = new TextSnapshot("");

    private record Pieces(List<String> joined, List<String> latest) {}

    /** The string or the {@link Pieces}: one place for both, so that the pieces can go. */
    private volatile Object text;

    TextSnapshot(String text) {
        this.text = text;
    }

    TextSnapshot(List<String> joined, List<String> latest) {
        text = new Pieces(joined, latest);
    }

    boolean isString() {
        return text instanceof String;
    }

    @Override
    public String toString() {
        Object now = text;
        if (now instanceof Pieces(List<String> joined, List<String> latest)) {
            var all = new ArrayList<String>(joined.size() + latest.size());
            all.addAll(joined);
            all.addAll(latest);
            // The one way to a string that allocates nothing but the string.
            now = all.size() == 1 ? all.getFirst() : String.join("", all);
            text = now;
        }
        return (String) now;
    }
}
