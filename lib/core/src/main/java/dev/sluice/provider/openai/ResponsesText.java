package dev.sluice.provider.openai;

import dev.sluice.message.StreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One text of an item, which comes in pieces: words, thoughts, or the input of a call. Its done events have it whole.
 * If the pieces brought less, the rest is emitted as one more piece, unless they brought something else.
 */
final class ResponsesText {
    private final BiConsumer<String, Consumer<? super StreamEvent>> sink;

    /** The text since the last look, which is rare: in most answers never. */
    private final List<String> pieces = new ArrayList<>();

    private final StringBuilder joined = new StringBuilder();
    private int length;

    /**
     * A text of which nothing has come.
     *
     * @param sink takes each piece, which is never empty
     */
    ResponsesText(BiConsumer<String, Consumer<? super StreamEvent>> sink) {
        this.sink = sink;
    }

    /** Takes the next piece. */
    void add(String more, Consumer<? super StreamEvent> out) {
        if (!more.isEmpty()) {
            pieces.add(more);
            length += more.length();
            sink.accept(more, out);
        }
    }

    /** Takes the whole text; null if it is not reported. */
    void fill(@Nullable String whole, Consumer<? super StreamEvent> out) {
        if (whole != null && whole.length() > length && isBeginningOf(whole)) {
            add(whole.substring(length), out);
        }
    }

    /** Without a copy, for what has come may be long. */
    private boolean isBeginningOf(String whole) {
        CharSequence soFar = soFar();
        for (int i = 0; i < soFar.length(); i++) {
            if (soFar.charAt(i) != whole.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** The text so far. */
    StringBuilder soFar() {
        pieces.forEach(joined::append);
        pieces.clear();
        return joined;
    }

    /** The words between two places, counted in code points; null if there are none. */
    @Nullable
    String slice(long start, long end) {
        StringBuilder soFar = soFar();
        if (start < 0 || end <= start || end > soFar.codePointCount(0, soFar.length())) {
            return null;
        }
        int from = soFar.offsetByCodePoints(0, (int) start);
        return soFar.substring(from, soFar.offsetByCodePoints(from, (int) (end - start)));
    }
}
