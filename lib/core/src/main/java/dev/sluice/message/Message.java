package dev.sluice.message;

import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something said: a turn of the caller's, or the model's answer, whole or as far as it has come.
 *
 * @param id the provider's id of an answer; empty for a message the caller made and before an answer has begun
 * @param role who speaks
 * @param model the model that answered; empty where {@code id} is
 * @param content the blocks, in order
 * @param finishReason why the model stopped, in neutral words; {@link FinishReason#UNKNOWN} while it has not
 * @param stopReason why, in the provider's word; null while it has not said
 * @param stopSequence the stop sequence that was met, if one was
 * @param usage the tokens of this message
 * @param extra every other field of the wire, by name, each as raw JSON text: {@code container}, {@code stop_details}, …
 */
public record Message(
        String id,
        Role role,
        String model,
        List<ContentBlock> content,
        FinishReason finishReason,
        @Nullable String stopReason,
        @Nullable String stopSequence,
        Usage usage,
        Map<String, String> extra) {

    /** An answer of which nothing has come yet. */
    public static final Message EMPTY = of(Role.ASSISTANT, List.of());

    /** Copies the collections. */
    public Message {
        content = LazyBlock.copyOf(content);
        extra = RawFields.copy(extra);
    }

    /** A turn of the given role. */
    public static Message of(Role role, List<ContentBlock> content) {
        Objects.requireNonNull(role, "role");
        return new Message("", role, "", content, FinishReason.UNKNOWN, null, null, Usage.NONE, Map.of());
    }

    /** What the caller says. */
    public static Message user(String text) {
        return of(Role.USER, List.of(new Text(text)));
    }

    /** What the caller says, in blocks. */
    public static Message user(ContentBlock... content) {
        return of(Role.USER, List.of(content));
    }

    /** What the model said, or the beginning of an answer that it shall go on with. */
    public static Message assistant(String text) {
        return of(Role.ASSISTANT, List.of(new Text(text)));
    }

    /** The words of all text blocks, joined with nothing between them; empty if there are none. */
    public String text() {
        var words = new ArrayList<String>();
        for (ContentBlock block : content) {
            if (block instanceof Text text) {
                words.add(text.text());
            }
        }
        return words.size() == 1 ? words.getFirst() : String.join("", words);
    }

    /** The calls of the caller's tools, in order. */
    public List<ToolUse> toolUses() {
        return content.stream()
                .filter(ToolUse.class::isInstance)
                .map(ToolUse.class::cast)
                .toList();
    }
}
