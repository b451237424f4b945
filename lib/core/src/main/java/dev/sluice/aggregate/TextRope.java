package dev.sluice.aggregate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text that is appended to. Keeps the pieces and joins a dozen at a time. Each character is copied once, in a text of
 * any length. A returned text never moves, and there is no buffer to outgrow. Guarded by the lock of its
 * {@link ChunkAggregator}.
 */
final class TextRope {
    /** Of a token each. As few as make a string whose header counts little, for the last of them are held one by one. */
    private static final int PIECES = 16;

    // Null while they are empty: most blocks have one kind of text, and a process has many of them.
    private @Nullable AppendOnlyList<String> joined;
    private @Nullable AppendOnlyList<String> latest;
    private @Nullable TextSnapshot soFar = TextSnapshot.EMPTY;

    void append(String more) {
        if (more.isEmpty()) {
            return;
        }
        if (soFar != null && soFar.isString()) {
            // Somebody has had it joined: its pieces are not needed twice.
            restart(soFar.toString());
        }
        latest = latest == null ? new AppendOnlyList<>() : latest;
        latest.add(more);
        soFar = null;
        if (latest.size() == PIECES) {
            join(String.join("", latest.soFar()));
            latest = new AppendOnlyList<>(PIECES);
        }
    }

    private void join(String text) {
        joined = joined == null ? new AppendOnlyList<>() : joined;
        joined.add(text);
    }

    /** Says that nothing more will come: from now on there is nothing here but the text so far. */
    void end() {
        soFar();
        restart("");
    }

    /** The text so far, for good; the same object until it grows. Costs nothing before it is read. */
    TextSnapshot soFar() {
        if (soFar == null) {
            soFar = new TextSnapshot(pieces(joined), pieces(latest));
        }
        return soFar;
    }

    private static List<String> pieces(@Nullable AppendOnlyList<String> list) {
        return list == null ? List.of() : list.soFar();
    }

    private void restart(String text) {
        joined = null;
        latest = null;
        if (!text.isEmpty()) {
            join(text);
        }
    }
}
