package dev.sluice.provider.claude;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Unknown;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tools that a conversation has taken away: Claude's system messages may have blocks {@code tool_removal} and {@code
 * tool_addition}, which say from where on a tool may not, or may again, be called. An unknown change is ignored.
 */
final class ToolChanges {
    private final Set<String> removed = new HashSet<>();

    private ToolChanges() {}

    /** The names of the tools that are taken away at the conversation's end. */
    static Set<String> removedBy(List<Message> conversation) {
        var changes = new ToolChanges();
        conversation.stream()
                .filter(message -> message.role() == Role.SYSTEM)
                .flatMap(message -> message.content().stream())
                .forEach(changes::apply);
        return Set.copyOf(changes.removed);
    }

    private void apply(ContentBlock block) {
        if (block instanceof Unknown(String type, String json)) {
            try {
                apply(Json.readObject(json));
            } catch (IllegalArgumentException e) {
                // the caller made it, and the provider will check it
            }
        }
    }

    private void apply(Map<?, ?> block) {
        if (block.get("type") instanceof String type) {
            switch (type) {
                case "tool_removal" -> removed.addAll(named(block.get("tool")));
                case "tool_addition" -> removed.removeAll(named(block.get("tool")));
                case "mid_conv_system" -> inner(block.get("content"));
                default -> {}
            }
        }
    }

    private void inner(@Nullable Object content) {
        if (content instanceof List<?> blocks) {
            for (Object block : blocks) {
                if (block instanceof Map<?, ?> map) {
                    apply(map);
                }
            }
        }
    }

    /** The tool that is meant, by reference or by a definition that stands there. */
    private static Set<String> named(@Nullable Object tool) {
        if (!(tool instanceof Map<?, ?> of)) {
            return Set.of();
        }
        Object name = "tool_reference".equals(of.get("type")) ? of.get("name") : null;
        if ("tool_definition".equals(of.get("type")) && of.get("definition") instanceof Map<?, ?> definition) {
            name = definition.get("name");
        }
        return name instanceof String known ? Set.of(known) : Set.of();
    }
}
