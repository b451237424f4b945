package dev.sluice.provider.wire;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Prepares a conversation for a provider when another one made some of its answers. Of such an answer the words and the
 * calls of the caller's tools are left. The sources of the words and every raw field are dropped, because they have the
 * other provider's spelling. Three kinds of content are dropped. Only their maker can read thinking and signatures.
 * Tools that the other provider ran itself, their results and unknown blocks would, as words, teach the model to write
 * such words. Other providers do not take images in an answer. An answer of which nothing is left is left out.
 * An answer of several providers is foreign to each of them.
 *
 * <p>Everything else goes as it is, the same object: what the caller said, and what this provider did. The exception is
 * an id that some provider would reject, or that occurs twice: it is changed in the other provider's call and in its
 * result. An id depends only on what is before it, so that a conversation that grows keeps its beginning, and its place
 * in a cache.
 */
public final class ForeignHistory {
    /** The parts that every provider takes: Claude no other signs, OpenAI no more of them. */
    private static final Pattern TAKEN_BY_ALL = Pattern.compile("[a-zA-Z0-9_-]{1,40}");

    private static final int MOST = 32;

    private final String provider;
    private final Set<String> ids = new HashSet<>();

    /** The new ids of calls whose id was changed. */
    private final Map<String, String> renamed = new HashMap<>();

    private ForeignHistory(String provider) {
        this.provider = provider;
    }

    /**
     * The messages without what only the provider that made it can take back.
     *
     * @param messages the conversation
     * @param provider the name of the provider that gets the request
     */
    public static List<Message> of(List<Message> messages, String provider) {
        if (messages.stream().allMatch(message -> isOwn(message, provider))) {
            return messages;
        }
        var replay = new ForeignHistory(provider);
        var told = new ArrayList<Message>(messages.size());
        for (Message message : messages) {
            Message left = replay.left(message);
            if (left != null) {
                told.add(left);
            }
        }
        return told;
    }

    /** Whether a message is the caller's, or an answer of which this provider made every part. */
    public static boolean isOwn(Message message, String provider) {
        return message.provider().isEmpty() || isBy(message, provider);
    }

    /** Whether a message is an answer of which this provider made every part. */
    public static boolean isBy(Message message, String provider) {
        return message.provider().equals(provider)
                && message.parts().stream().allMatch(part -> part.provider().equals(provider));
    }

    private @Nullable Message left(Message message) {
        boolean own = isOwn(message, provider);
        var content = new ArrayList<ContentBlock>();
        for (ContentBlock block : message.content()) {
            ContentBlock left = own ? own(block) : foreign(block);
            if (left != null) {
                content.add(left);
            }
        }
        if (content.isEmpty() && !own) {
            return null;
        }
        boolean ofSeveral = !own && message.extra().containsKey(Message.Part.FIELD);
        return content.equals(message.content()) && !ofSeveral ? message : with(message, content, ofSeveral);
    }

    private ContentBlock own(ContentBlock block) {
        if (block instanceof ToolUse call) {
            ids.add(call.id());
            renamed.remove(call.id());
        }
        return block instanceof ToolResult result ? result(result) : block;
    }

    private @Nullable ContentBlock foreign(ContentBlock block) {
        return switch (block) {
            case Text text -> text.text().isEmpty() ? null : new Text(text.text());
            case ToolUse call -> new ToolUse(id(call.id()), call.name(), call.input(), Map.of());
            case ToolResult result -> result(result);
            case ContentBlock.Thinking thinking -> null;
            case ContentBlock.RedactedThinking thinking -> null;
            case ContentBlock.ServerToolUse call -> null;
            case ContentBlock.ServerToolResult result -> null;
            case ContentBlock.Image image -> null;
            case ContentBlock.Document document -> null;
            case ContentBlock.Unknown unknown -> null;
        };
    }

    private ToolResult result(ToolResult result) {
        String id = renamed.get(result.toolUseId());
        return id == null ? result : new ToolResult(id, result.content(), result.isError(), result.extra());
    }

    private String id(String id) {
        String taken = id;
        if (!TAKEN_BY_ALL.matcher(id).matches()) {
            String signs = id.replaceAll("[^a-zA-Z0-9_-]", "_");
            // The end of a long id is what distinguishes it.
            taken = signs.isEmpty() ? "call" : signs.substring(Math.max(0, signs.length() - MOST));
        }
        String unique = taken;
        for (int i = 2; !ids.add(unique); i++) {
            unique = taken.substring(Math.max(0, taken.length() - MOST)) + "_" + i;
        }
        if (unique.equals(id)) {
            renamed.remove(id);
        } else {
            renamed.put(id, unique);
        }
        return unique;
    }

    /** The message with this content; an answer of several providers is nobody's. */
    private static Message with(Message message, List<ContentBlock> content, boolean ofSeveral) {
        return new Message(
                message.id(),
                message.role(),
                message.model(),
                ofSeveral ? "" : message.provider(),
                content,
                message.finishReason(),
                message.stopReason(),
                message.stopSequence(),
                message.usage(),
                ofSeveral ? Map.of() : message.extra());
    }
}
