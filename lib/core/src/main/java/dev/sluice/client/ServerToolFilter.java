package dev.sluice.client;

import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Leaves out the inputs of tools that the provider runs itself: in the neutral view, a tool call is one that the caller is
 * to answer. Remembers the blocks it has seen, so each stream needs its own.
 */
final class ServerToolFilter implements Predicate<StreamEvent> {
    private final Set<Integer> serverTools = new HashSet<>();

    @Override
    public boolean test(StreamEvent event) {
        return switch (event) {
            case ContentBlockStart(int index, ServerToolUse use) -> {
                serverTools.add(index);
                yield false;
            }
            case ContentBlockDelta(int index, InputJsonDelta json) -> !serverTools.contains(index);
            default -> true;
        };
    }
}
