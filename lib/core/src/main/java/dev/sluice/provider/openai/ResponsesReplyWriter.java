package dev.sluice.provider.openai;

import dev.sluice.internal.json.Json;
import dev.sluice.json.PartialJson;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.ContentBlock.Unknown;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.JsonObjectWriter;
import dev.sluice.provider.wire.RawJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JacksonException;

/**
 * Writes an answer received earlier, or made by the caller: every item whole, and in its order.
 *
 * <p>Thoughts are sent back if the server can read them: encrypted, in the open, or by their id if the server keeps
 * them. They are never the last item, because the API wants the item that followed them. The input of a call that was
 * cut or is invalid goes back wrapped in an object, because some servers want one.
 */
final class ResponsesReplyWriter {
    private static final String SUMMARY = ResponsesReasoning.SUMMARY;
    private static final String CONTENT = ResponsesReasoning.CONTENT;

    private final JsonObjectWriter fields;
    private final boolean kept;
    private final boolean callsLast;

    /**
     * A writer of items.
     *
     * @param kept whether the server keeps responses
     * @param callsLast whether the server wants the calls of an answer behind all else that the answer says
     */
    ResponsesReplyWriter(JsonObjectWriter fields, boolean kept, boolean callsLast) {
        this.fields = fields;
        this.kept = kept;
        this.callsLast = callsLast;
    }

    void reply(Message message) {
        Map<String, Map<String, String>> late = late(message);
        List<ContentBlock> blocks = new ArrayList<>(
                message.content().stream().filter(this::isReplayable).toList());
        while (!blocks.isEmpty() && blocks.getLast() instanceof Thinking) {
            blocks.removeLast();
        }
        if (callsLast) {
            blocks.sort(Comparator.comparing(ToolUse.class::isInstance)); // stable
        }
        boolean cut = message.finishReason() == FinishReason.LENGTH;
        var said = new ArrayList<ContentBlock>();
        for (ContentBlock block : blocks) {
            boolean belongs = block instanceof Unknown
                    || said.isEmpty()
                    || id(said.getFirst()).equals(id(block));
            if (isPart(block) && belongs) {
                said.add(block);
                continue;
            }
            words(said, late, false);
            if (isPart(block)) {
                said.add(block);
            } else {
                item(block, late);
            }
        }
        words(said, late, cut);
    }

    private boolean isReplayable(ContentBlock block) {
        return switch (block) {
            case Text text -> !text.text().isEmpty();
            case ToolUse use -> true;
            case ServerToolResult result -> true;
            case Unknown unknown -> true;
            case Thinking thinking ->
                thinking.signature() != null
                        || isOpen(thinking)
                        || (kept && thinking.extra().containsKey("id"));
            default -> false;
        };
    }

    private static boolean isOpen(Thinking thinking) {
        return OpenAiBlocks.wireType(thinking).equals(ResponsesReasoning.OPEN)
                && !thinking.thinking().isEmpty();
    }

    private static boolean isPart(ContentBlock block) {
        return block instanceof Text
                || (block instanceof Unknown(String type, String json) && ResponsesContentWriter.isPart(type));
    }

    /** The raw id of the message that a part belongs to. A part without one belongs where the one before it does. */
    private static String id(ContentBlock part) {
        return part.extra().getOrDefault("id", "");
    }

    /** Writes the parts of one message, and forgets them. */
    private void words(List<ContentBlock> parts, Map<String, Map<String, String>> late, boolean cut) {
        if (parts.isEmpty()) {
            return;
        }
        ContentBlock first = parts.getFirst();
        boolean item = first.extra().containsKey("id");
        var extra = new LinkedHashMap<String, String>();
        if (item) {
            extra.putAll(first.extra());
            extra.remove(OpenAiBlocks.TYPE);
            extra.putAll(late.getOrDefault(ResponsesItem.MESSAGE + id(first), Map.of()));
        }
        fields.begin(extra);
        if (item) {
            fields.text("type", ResponsesItem.MESSAGE);
            fields.text("status", cut ? "incomplete" : "completed");
        }
        fields.text("role", Role.ASSISTANT.wireName());
        fields.named(CONTENT);
        if (!item
                && parts.size() == 1
                && first instanceof Text text
                && text.extra().isEmpty()) {
            fields.text(text.text());
        } else {
            fields.beginArray();
            parts.forEach(part -> part(part, item));
            fields.endArray();
        }
        fields.end();
        parts.clear();
    }

    private void part(ContentBlock part, boolean ofItem) {
        if (part instanceof Unknown(String type, String json)) {
            fields.raw(type, json);
            return;
        }
        Text text = (Text) part;
        boolean refusal = OpenAiBlocks.wireType(text).equals(OpenAiBlocks.REFUSAL);
        fields.begin(ofItem ? Map.of() : text.extra());
        fields.text("type", refusal ? OpenAiBlocks.REFUSAL : "output_text");
        fields.text(refusal ? OpenAiBlocks.REFUSAL : "text", text.text());
        if (!refusal && fields.array("annotations")) {
            for (Citation citation : text.citations()) {
                fields.raw("citation", citation.json());
            }
            fields.endArray();
        }
        fields.end();
    }

    private void item(ContentBlock block, Map<String, Map<String, String>> late) {
        switch (block) {
            case Thinking thinking -> reasoning(thinking, late);
            case ToolUse use -> call(use, late);
            case ServerToolResult result -> fields.raw(result.type(), result.content());
            case Unknown(String type, String json) -> fields.raw(type, json);
            default -> throw new IllegalStateException("not an item: " + block.getClass());
        }
    }

    private void reasoning(Thinking thinking, Map<String, Map<String, String>> late) {
        var extra = new LinkedHashMap<>(thinking.extra());
        extra.remove(OpenAiBlocks.TYPE);
        extra.putAll(late.getOrDefault(ResponsesItem.REASONING + id(thinking), Map.of()));
        boolean open = OpenAiBlocks.wireType(thinking).equals(ResponsesReasoning.OPEN);
        fields.begin(extra);
        fields.text("type", ResponsesItem.REASONING);
        thoughts(SUMMARY, ResponsesReasoning.SUMMARY_TEXT, open ? "" : thinking.thinking());
        if (isOpen(thinking)) {
            thoughts(CONTENT, ResponsesReasoning.OPEN, thinking.thinking());
        }
        String encrypted = thinking.signature();
        if (encrypted != null) {
            fields.text(ResponsesReasoning.ENCRYPTED, encrypted);
        }
        fields.end();
    }

    private void thoughts(String name, String type, String words) {
        if (fields.array(name)) {
            if (!words.isEmpty()) {
                fields.begin();
                fields.text("type", type);
                fields.text("text", words);
                fields.end();
            }
            fields.endArray();
        }
    }

    private void call(ToolUse use, Map<String, Map<String, String>> late) {
        boolean custom = isCustom(use);
        String type = custom ? ResponsesItem.CUSTOM_CALL : ResponsesItem.FUNCTION_CALL;
        var extra = new LinkedHashMap<>(use.extra());
        extra.putAll(late.getOrDefault(type + Json.write(use.id()), Map.of()));
        fields.begin(extra);
        fields.text("type", type);
        fields.text("call_id", use.id());
        fields.text("name", use.name());
        if (custom) {
            fields.text("input", text(use.input()));
        } else {
            fields.text("arguments", arguments(use.input()));
        }
        fields.end();
    }

    /** Whether the input of a call is a text. */
    static boolean isCustom(ToolUse use) {
        return OpenAiBlocks.wireType(use).equals(ResponsesItem.CUSTOM_CALL);
    }

    /** The text in the input of a custom tool; of one that was cut what there is. */
    private static String text(String input) {
        Object value = new PartialJson().append(input).value();
        return value instanceof Map<?, ?> object && object.get("input") instanceof String text ? text : input;
    }

    private static String arguments(String input) {
        if (input.isBlank()) {
            return "{}";
        }
        return Json.isObject(input) ? input : Json.write(Map.of("INVALID_JSON", RawJson.wellFormed(input)));
    }

    /** The parts that came too late for the blocks of an answer, by type and id of the item. */
    private static Map<String, Map<String, String>> late(Message message) {
        String json = message.extra().get(ResponsesAnswer.OUTPUT);
        var late = new HashMap<String, Map<String, String>>();
        if (json == null) {
            return late;
        }
        byte[] bytes = ("{\"" + ResponsesAnswer.OUTPUT + "\":" + json + "}").getBytes(StandardCharsets.UTF_8);
        var wire = new JsonFields();
        try {
            if (wire.read(bytes, 0, bytes.length)) {
                for (JsonFields item : wire.objectsIfAny(ResponsesAnswer.OUTPUT)) {
                    String type = Objects.requireNonNullElse(item.textIfAny("type"), "");
                    String id = item.raw(item.has("call_id") ? "call_id" : "id");
                    late.put(type + id, item.rest());
                }
            }
        } catch (JacksonException e) {
            // The caller changed it: then the blocks have to do.
        }
        return late;
    }
}
