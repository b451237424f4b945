package dev.sluice.tools;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Unknown;
import java.util.List;

/**
 * The result of a tool for the model.
 *
 * @param content text, images or documents
 * @param isError whether the tool failed; the model then reads the content as what went wrong
 */
public record ToolOutput(List<ContentBlock> content, boolean isError) {

    /**
     * Copies the content.
     *
     * @throws IllegalArgumentException if one of the blocks is of a kind that no tool can give back, such as a call
     */
    public ToolOutput {
        content = List.copyOf(content);
        for (ContentBlock block : content) {
            if (!(block instanceof Text
                    || block instanceof Image
                    || block instanceof Document
                    || block instanceof Unknown)) {
                throw new IllegalArgumentException("content: a tool cannot give back a block of the kind "
                        + block.getClass().getSimpleName());
            }
        }
    }

    /** Words. */
    public static ToolOutput text(String text) {
        return of(new Text(text));
    }

    /**
     * A value as JSON text.
     *
     * @throws IllegalArgumentException if it cannot be written as JSON
     */
    public static ToolOutput json(Object value) {
        return text(Json.write(value));
    }

    /** Blocks, such as images. */
    public static ToolOutput of(ContentBlock... content) {
        return new ToolOutput(List.of(content), false);
    }

    /** The error, in words that help the model to do better. */
    public static ToolOutput error(String message) {
        return error(new Text(message));
    }

    /** The error, in blocks. */
    public static ToolOutput error(ContentBlock... content) {
        return new ToolOutput(List.of(content), true);
    }
}
