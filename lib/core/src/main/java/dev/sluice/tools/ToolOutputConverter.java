package dev.sluice.tools;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Message;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Converts the result of a {@link ToolFunction} for the model and for a watcher. */
final class ToolOutputConverter {
    private ToolOutputConverter() {}

    static ToolOutput of(@Nullable Object result) {
        return switch (result) {
            case null -> ToolOutput.text("");
            case ToolOutput output -> output;
            case String text -> ToolOutput.text(text);
            case Message message -> ToolOutput.text(message.text());
            case ContentBlock block -> ToolOutput.of(block);
            case List<?> list
            when !list.isEmpty() && list.stream().allMatch(ContentBlock.class::isInstance) ->
                new ToolOutput(list.stream().map(ContentBlock.class::cast).toList(), false);
            default -> ToolOutput.json(result);
        };
    }

    /** The words; if not all of it is words, all blocks as a JSON array, as a stored conversation has them. */
    static String shown(ToolOutput output) {
        List<ContentBlock> content = output.content();
        return content.stream().allMatch(Text.class::isInstance)
                ? content.stream().map(block -> ((Text) block).text()).collect(Collectors.joining())
                : ContentBlock.toJson(content);
    }
}
