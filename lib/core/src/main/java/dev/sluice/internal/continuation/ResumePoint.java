package dev.sluice.internal.continuation;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Where an answer broke off, if it did where a model can go on.
 *
 * @param content the blocks so far, without what no text may end with when it is sent
 * @param said the text that stands directly before the cut, which may be that of several blocks; ends as {@code content}
 * @param stripped what follows it in the blocks and was not put in {@code content}: white space, half a character
 * @param open the index of the text block that was cut; -1 if the cut fell between two blocks
 * @param next the index of the next block
 */
record ResumePoint(List<ContentBlock> content, String said, String stripped, int open, int next) {

    /**
     * The cut.
     *
     * @param message what was handed out
     * @param isOpen the indexes of its blocks, in their order, and whether each still grows
     */
    static Optional<ResumePoint> of(Message message, SortedMap<Integer, Boolean> isOpen) {
        List<ContentBlock> blocks = message.content();
        if (message.finishReason() != FinishReason.UNKNOWN || message.stopReason() != null) {
            return Optional.empty(); // the model was done: there is nothing to go on with
        }
        if (blocks.isEmpty()) {
            return Optional.of(new ResumePoint(List.of(), "", "", -1, 0));
        }
        int last = isOpen.lastKey();
        boolean cutInside = Boolean.TRUE.equals(isOpen.get(last));
        long growing = isOpen.values().stream().filter(open -> open).count();
        if (growing > (cutInside ? 1 : 0)
                || (cutInside && !(blocks.getLast() instanceof Text))
                || awaitsATool(blocks)) {
            return Optional.empty();
        }
        return Optional.of(of(blocks, cutInside ? last : -1, last + 1));
    }

    private static ResumePoint of(List<ContentBlock> blocks, int open, int next) {
        var tail = new StringBuilder();
        for (int i = blocks.size() - 1; i >= 0 && blocks.get(i) instanceof Text text; i--) {
            tail.insert(0, text.text());
        }
        int end = end(tail);
        var content = new ArrayList<>(blocks);
        while (!content.isEmpty() && content.getLast() instanceof Text text) {
            content.removeLast();
            int length = end(text.text());
            if (length > 0) {
                content.add(new Text(text.text().substring(0, length), text.citations(), text.extra()));
                break;
            }
        }
        return new ResumePoint(List.copyOf(content), tail.substring(0, end), tail.substring(end), open, next);
    }

    /**
     * The same cut for a provider that did not make all of the answer: its words alone, because nobody else can read thinking and
     * what tools of the provider's gave.
     */
    ResumePoint wordsOnly() {
        List<ContentBlock> words = content.stream()
                .filter(Text.class::isInstance)
                .map(block -> (ContentBlock) new Text(((Text) block).text()))
                .toList();
        ResumePoint left = of(words, open, next);
        return new ResumePoint(left.content, left.said, left.stripped + stripped, open, next);
    }

    /** Whether the model thought before it spoke. */
    boolean hasThinking() {
        return content.stream().anyMatch(ResumePoint::isThinking);
    }

    /** Whether nothing was said or done yet, so that another answer can take the place of this one. */
    boolean isBeforeContent() {
        return content.stream().allMatch(ResumePoint::isThinking);
    }

    static boolean isThinking(ContentBlock block) {
        return block instanceof Thinking || block instanceof RedactedThinking;
    }

    /** White space, of which the API lets no text end that the model shall go on with. */
    static boolean isBlank(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    /** A call that only its result can follow. */
    private static boolean awaitsATool(List<ContentBlock> blocks) {
        Set<String> called = new HashSet<>();
        for (ContentBlock block : blocks) {
            if (block instanceof ToolUse) {
                return true;
            }
            if (block instanceof ServerToolUse use) {
                called.add(use.id());
            } else if (block instanceof ServerToolResult result) {
                called.remove(result.toolUseId());
            }
        }
        return !called.isEmpty();
    }

    /** The length of a text without white space, or the first half of a surrogate pair, at its end. */
    private static int end(CharSequence text) {
        int end = text.length();
        while (end > 0 && (isBlank(text.charAt(end - 1)) || Character.isHighSurrogate(text.charAt(end - 1)))) {
            end--;
        }
        return end;
    }
}
