package dev.sluice.client;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.ToolDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a vendor's server reads of a request, in words that all vendors share.
 *
 * @param model the model
 * @param most the most tokens of the answer
 * @param system the instructions
 * @param tools the tools, their schemas as values
 * @param shape the schema of the answer, as a value; null if there is none
 * @param messages what was said; turns of one role are one
 */
record ReceivedFields(
        String model,
        int most,
        String system,
        List<ToolDefinition> tools,
        @Nullable Object shape,
        List<Message> messages) {

    ReceivedFields {
        messages = joined(messages);
    }

    private static List<Message> joined(List<Message> messages) {
        var joined = new ArrayList<Message>();
        for (Message message : messages) {
            var content = new ArrayList<ContentBlock>();
            if (!joined.isEmpty() && joined.getLast().role() == message.role()) {
                content.addAll(joined.removeLast().content());
            }
            content.addAll(message.content());
            joined.add(Message.of(message.role(), bare(content)));
        }
        return joined;
    }

    /** Blocks without what differs from wire to wire: raw fields, signatures, sources. */
    static List<ContentBlock> bare(List<ContentBlock> content) {
        return content.stream().map(ReceivedFields::bare).toList();
    }

    private static ContentBlock bare(ContentBlock block) {
        return switch (block) {
            case Text text -> new Text(text.text());
            case Thinking thinking -> new Thinking(thinking.thinking(), null, Map.of());
            case ToolUse use -> new ToolUse(use.id(), use.name(), use.input(), Map.of());
            case ToolResult result -> new ToolResult(result.toolUseId(), result.content(), result.isError(), Map.of());
            default -> block;
        };
    }

    /** A turn of the model's. */
    static Message model(List<ContentBlock> content) {
        return Message.of(Role.ASSISTANT, content);
    }

    /** A turn of the caller's. */
    static Message user(List<ContentBlock> content) {
        return Message.of(Role.USER, content);
    }
}
