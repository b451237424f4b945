package dev.sluice.internal.continuation;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.provider.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The request that asks to go on from a cut. Everything but the conversation stays as it was, thinking too: a setting that
 * the model took once it takes again, and the provider's prompt cache still fits.
 *
 * @param request what is sent
 * @param anchor what its answer must begin with; empty if it goes on by itself
 */
record ContinuationRequest(MessageRequest request, String anchor) {
    private static final int LONGEST_ANCHOR = 60;
    private static final int SHORTEST_ANCHOR = 40;

    private static final String BEFORE_ANCHOR = """
        A technical fault cut your answer off; nothing was wrong with it. Go on exactly where it stops, be it in the \
        middle of a word. Begin with an exact repetition of its last words, which stand between the tags below; leave \
        the tags away. Then write what comes next as if there had been no cut, and nothing else: no greeting, no remark \
        about the fault, nothing that stands before these words. If nothing is left to say, only repeat them.

        <last_words>\
        """;
    private static final String AFTER_ANCHOR = "</last_words>";

    /** The request; empty if there is none that could be sure to go on. */
    static Optional<ContinuationRequest> of(MessageRequest request, ResumePoint cut, Provider provider) {
        if (cut.isBeforeContent()) {
            return Optional.of(new ContinuationRequest(request, ""));
        }
        List<Message> messages = new ArrayList<>(request.messages());
        List<ContentBlock> answer = new ArrayList<>();
        if (messages.getLast().role() == Role.ASSISTANT) {
            answer.addAll(messages.removeLast().content()); // the caller wrote its beginning
        }
        append(answer, cut.content());
        messages.add(Message.of(Role.ASSISTANT, answer));
        String anchor = "";
        if (cut.hasThinking() || !provider.takesPrefill(request)) {
            // An answer after a tool's result has no words to repeat, and one bound to a schema must not repeat any.
            if (cut.said().isEmpty() || request.outputSchema().isPresent()) {
                return Optional.empty();
            }
            anchor = anchor(cut.said());
            messages.add(Message.user(BEFORE_ANCHOR + anchor + AFTER_ANCHOR));
        }
        return Optional.of(
                new ContinuationRequest(request.toBuilder().messages(messages).build(), anchor));
    }

    /** Adds blocks; a text to a text as one, for there is no border between the two. */
    private static void append(List<ContentBlock> blocks, List<ContentBlock> more) {
        if (!blocks.isEmpty()
                && blocks.getLast() instanceof Text before
                && more.getFirst() instanceof Text after
                && before.citations().isEmpty()
                && before.extra().isEmpty()) {
            blocks.removeLast();
            blocks.add(new Text(before.text() + after.text(), after.citations(), after.extra()));
            blocks.addAll(more.subList(1, more.size()));
        } else {
            blocks.addAll(more);
        }
    }

    /** The last words of a text, from the beginning of a word if there is one. Begins and ends with no white space. */
    static String anchor(String said) {
        int from = Math.max(0, said.length() - LONGEST_ANCHOR);
        if (from > 0) {
            for (int i = from; i < said.length() - SHORTEST_ANCHOR; i++) {
                if (ResumePoint.isBlank(said.charAt(i)) && !ResumePoint.isBlank(said.charAt(i + 1))) {
                    return said.substring(i + 1);
                }
            }
            if (Character.isLowSurrogate(said.charAt(from))) {
                from++;
            }
        }
        while (ResumePoint.isBlank(said.charAt(from))) {
            from++;
        }
        return said.substring(from);
    }
}
