package dev.sluice.message;

import dev.sluice.internal.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One piece of a message's content. Every block keeps wire fields that it has no component for in {@code extra}, by
 * name, each as raw JSON text. They are sent back unchanged. A caller may set them to send something that this library
 * does not model.
 */
public sealed interface ContentBlock {

    /** The wire fields that the block has no component for, by name, each as raw JSON text. */
    Map<String, String> extra();

    /** Blocks as a JSON array, each as it is in a stored conversation; see {@link Conversation#toJson}. */
    static String toJson(List<ContentBlock> blocks) {
        return ConversationWriter.write(blocks);
    }

    /**
     * Words.
     *
     * @param text the words
     * @param citations where they are taken from, in the order the model named them
     * @param extra see {@link ContentBlock#extra()}
     */
    record Text(String text, List<Citation> citations, Map<String, String> extra) implements ContentBlock {
        /** Copies the collections. */
        public Text {
            citations = List.copyOf(citations);
            extra = RawFields.copy(extra);
        }

        /** Words without sources. */
        public Text(String text) {
            this(text, List.of(), Map.of());
        }
    }

    /**
     * The model's reasoning before its answer.
     *
     * @param thinking the thoughts, or a summary of them; may be empty where the provider shows only the signature
     * @param signature proves the block to the provider when it is sent back; null while it has not come
     * @param extra see {@link ContentBlock#extra()}
     */
    record Thinking(String thinking, @Nullable String signature, Map<String, String> extra) implements ContentBlock {
        /** Copies {@code extra}. */
        public Thinking {
            extra = RawFields.copy(extra);
        }
    }

    /**
     * Thoughts that only the provider can read. To be sent back unchanged.
     *
     * @param data opaque text
     * @param extra see {@link ContentBlock#extra()}
     */
    record RedactedThinking(String data, Map<String, String> extra) implements ContentBlock {
        /** Copies {@code extra}. */
        public RedactedThinking {
            extra = RawFields.copy(extra);
        }
    }

    /**
     * A call of one of the caller's tools.
     *
     * @param id the call's id; its result names it
     * @param name the tool
     * @param input the tool's input as JSON text, exactly as the model wrote it. With {@code max_tokens} or eager tool
     *     streaming it may be cut or invalid: see {@link #isInputValid()}
     * @param extra see {@link ContentBlock#extra()}
     */
    record ToolUse(String id, String name, String input, Map<String, String> extra) implements ContentBlock {
        /** Copies {@code extra}. */
        public ToolUse {
            extra = RawFields.copy(extra);
        }

        /** Whether {@code input} is one whole JSON object. Parses it on each call. */
        public boolean isInputValid() {
            return Json.isObject(input);
        }

        /**
         * The input as a map of plain values.
         *
         * @throws IllegalArgumentException if the input is not one whole JSON object
         */
        public Map<String, Object> inputAsMap() {
            return Json.readObject(input);
        }

        /**
         * The input as a record or bean. Properties that the class does not have are ignored.
         *
         * @throws IllegalArgumentException if the input is not JSON, or does not fit the class
         */
        public <T> T inputAs(Class<T> type) {
            return Json.read(input, type);
        }
    }

    /**
     * A call of a tool that the provider runs itself, such as a web search.
     *
     * @param id the call's id; its result names it
     * @param name the tool
     * @param input the tool's input as JSON text, exactly as the model wrote it
     * @param extra see {@link ContentBlock#extra()}
     */
    record ServerToolUse(String id, String name, String input, Map<String, String> extra) implements ContentBlock {
        /** Copies {@code extra}. */
        public ServerToolUse {
            extra = RawFields.copy(extra);
        }

        /**
         * The input as a map of plain values.
         *
         * @throws IllegalArgumentException if the input is not one whole JSON object
         */
        public Map<String, Object> inputAsMap() {
            return Json.readObject(input);
        }
    }

    /**
     * The result of one of the provider's own tools.
     *
     * @param type the kind of result as the wire names it, an open set: {@code web_search_tool_result}, …
     * @param toolUseId the {@link ServerToolUse} it answers
     * @param content the result as raw JSON
     * @param extra see {@link ContentBlock#extra()}
     */
    record ServerToolResult(String type, String toolUseId, String content, Map<String, String> extra)
            implements ContentBlock {
        /** Copies {@code extra}. */
        public ServerToolResult {
            extra = RawFields.copy(extra);
        }
    }

    /**
     * The result of one of the caller's tools; sent to the model in a message of {@link Role#USER}.
     *
     * @param toolUseId the {@link ToolUse} it answers
     * @param content text, images or documents
     * @param isError whether the tool failed
     * @param extra see {@link ContentBlock#extra()}
     */
    record ToolResult(String toolUseId, List<ContentBlock> content, boolean isError, Map<String, String> extra)
            implements ContentBlock {
        /** Copies the collections. */
        public ToolResult {
            content = List.copyOf(content);
            extra = RawFields.copy(extra);
        }

        /** A text result. */
        public ToolResult(String toolUseId, String text) {
            this(toolUseId, List.of(new Text(text)), false, Map.of());
        }

        /** The result of a tool that failed; the model reads the message. */
        public static ToolResult error(String toolUseId, String message) {
            return new ToolResult(toolUseId, List.of(new Text(message)), true, Map.of());
        }
    }

    /**
     * A picture for the model to look at.
     *
     * @param source where its bytes are
     * @param extra see {@link ContentBlock#extra()}
     */
    record Image(MediaSource source, Map<String, String> extra) implements ContentBlock {
        /** Copies {@code extra}. */
        public Image {
            extra = RawFields.copy(extra);
        }

        /** A picture and nothing else. */
        public Image(MediaSource source) {
            this(source, Map.of());
        }
    }

    /**
     * A document for the model to read and, if asked, to cite.
     *
     * @param source where its content is
     * @param title its title, if any
     * @param context what the model should know about it but not cite, if anything
     * @param citations whether the model may cite it
     * @param extra see {@link ContentBlock#extra()}
     */
    record Document(
            MediaSource source,
            @Nullable String title,
            @Nullable String context,
            boolean citations,
            Map<String, String> extra)
            implements ContentBlock {
        /** Copies {@code extra}. */
        public Document {
            extra = RawFields.copy(extra);
        }

        /** A document and nothing else. */
        public Document(MediaSource source) {
            this(source, null, null, false, Map.of());
        }
    }

    /**
     * A block this library has no record for. It is sent back unchanged. A caller can make one to send something that
     * this library does not model.
     *
     * @param type the block's type as the wire names it
     * @param json the whole block as a raw JSON object
     */
    record Unknown(String type, String json) implements ContentBlock {
        @Override
        public Map<String, String> extra() {
            return Map.of();
        }
    }
}
