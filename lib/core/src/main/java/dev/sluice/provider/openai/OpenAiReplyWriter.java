package dev.sluice.provider.openai;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import dev.sluice.provider.wire.JsonObjectWriter;
import dev.sluice.provider.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes an answer received earlier, or made by the caller. Its text is one string, because not every server joins parts
 * (Ollama makes a message of each).
 *
 * <p>Thoughts go back in the field that they came in: DeepSeek and Gemini's endpoint reject the request after a tool call
 * without them, Groq rejects it with them, so it can be switched off. Thoughts that came in no field of this wire are left
 * out, and so is an answer of which nothing is left. The input of a call that was cut or is invalid goes back wrapped in an
 * object, because vLLM and Ollama want one.
 */
final class OpenAiReplyWriter {
    /** Gemini's endpoint puts the signature of its thoughts here, and wants it back. */
    private static final String SIGNED = "extra_content";

    private final JsonObjectWriter fields;
    private final OpenAiContentWriter content;
    private final boolean reasoning;

    OpenAiReplyWriter(JsonObjectWriter fields, OpenAiContentWriter content, boolean reasoning) {
        this.fields = fields;
        this.content = content;
        this.reasoning = reasoning;
    }

    /** Whether a block can be said in an answer that goes back. */
    static boolean isReplayable(ContentBlock block) {
        return switch (block) {
            case Text text -> !text.text().isEmpty();
            case ToolUse use -> true;
            case Thinking thinking -> !OpenAiBlocks.wireType(thinking).isEmpty();
            case ContentBlock.Unknown unknown -> true;
            default -> false;
        };
    }

    void reply(Message message) {
        List<ContentBlock> blocks = message.content().stream()
                .filter(OpenAiReplyWriter::isReplayable)
                .filter(block -> reasoning || !(block instanceof Thinking))
                .toList();
        if (blocks.isEmpty()) {
            return;
        }
        fields.begin();
        fields.text("role", message.role().wireName());
        words(blocks);
        String refusal = texts(blocks, true);
        if (!refusal.isEmpty()) {
            fields.text(OpenAiBlocks.REFUSAL, refusal);
        }
        if (reasoning) {
            thoughts(message, blocks);
        }
        calls(blocks);
        String signed = message.extra().get(SIGNED);
        if (signed != null && fields.named(SIGNED)) {
            fields.raw(SIGNED, signed);
        }
        fields.end();
    }

    private void words(List<ContentBlock> blocks) {
        fields.named(OpenAiBlocks.CONTENT);
        List<ContentBlock> parts =
                blocks.stream().filter(OpenAiReplyWriter::isPart).toList();
        String text = texts(blocks, false);
        if (parts.stream()
                .anyMatch(block -> !(block instanceof Text) || !block.extra().isEmpty())) {
            content.parts(parts);
        } else if (text.isEmpty() && blocks.stream().anyMatch(block -> !(block instanceof Thinking))) {
            fields.raw(OpenAiBlocks.CONTENT, "null"); // as OpenAI itself says it
        } else {
            fields.text(text);
        }
    }

    private static boolean isPart(ContentBlock block) {
        return switch (block) {
            case Text text -> !isRefusal(text);
            case Thinking thinking -> OpenAiBlocks.wireType(thinking).equals(OpenAiReasoning.PART);
            default -> block instanceof ContentBlock.Unknown;
        };
    }

    private static boolean isRefusal(Text text) {
        return OpenAiBlocks.wireType(text).equals(OpenAiBlocks.REFUSAL);
    }

    private static String texts(List<ContentBlock> blocks, boolean refusals) {
        return blocks.stream()
                .filter(block -> block instanceof Text text && isRefusal(text) == refusals)
                .map(block -> ((Text) block).text())
                .collect(Collectors.joining());
    }

    /** Pieces that are to be sent back as they were have the thoughts that stand beside them too. */
    private void thoughts(Message message, List<ContentBlock> blocks) {
        String details = message.extra().get(OpenAiReasoning.DETAILS);
        if (details != null) {
            fields.named(OpenAiReasoning.DETAILS);
            fields.raw(OpenAiReasoning.DETAILS, details);
            return;
        }
        var texts = new LinkedHashMap<String, String>();
        for (ContentBlock block : blocks) {
            if (block instanceof Thinking thinking && OpenAiReasoning.TEXTS.contains(OpenAiBlocks.wireType(thinking))) {
                texts.merge(OpenAiBlocks.wireType(thinking), thinking.thinking(), String::concat);
            }
        }
        texts.forEach(fields::text);
    }

    private void calls(List<ContentBlock> blocks) {
        if (blocks.stream().noneMatch(ToolUse.class::isInstance)) {
            return;
        }
        fields.array("tool_calls");
        for (ContentBlock block : blocks) {
            if (block instanceof ToolUse use) {
                call(use);
            }
        }
        fields.endArray();
    }

    private void call(ToolUse use) {
        fields.begin(use.extra());
        fields.text("id", use.id());
        if (!use.extra().containsKey("type")) {
            fields.text("type", "function");
            fields.named("function");
            fields.begin();
            fields.text("name", use.name());
            fields.text("arguments", arguments(use.input()));
            fields.end();
        }
        fields.end();
    }

    private static String arguments(String input) {
        if (input.isBlank()) {
            return "{}";
        }
        return Json.isObject(input) ? input : Json.write(Map.of("INVALID_JSON", RawJson.wellFormed(input)));
    }
}
