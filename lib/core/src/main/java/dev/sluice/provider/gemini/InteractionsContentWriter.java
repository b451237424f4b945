package dev.sluice.provider.gemini;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.ContentBlock.Unknown;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.provider.wire.JsonObjectWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what was said as the steps of a request. An answer received earlier is sent back step by step, unchanged.
 * Empty texts, and thoughts that have neither words nor a signature, are left out. The results of tools are steps of
 * their own. They follow the calls, so they come before the rest of their message.
 */
final class InteractionsContentWriter {
    private static final String TYPE = "type";
    private static final String TEXT = "text";
    private static final String SIGNATURE = "signature";

    private final JsonObjectWriter fields;
    private final Map<String, String> toolOfCall = new HashMap<>();

    /**
     * A writer of steps.
     *
     * @param all the whole conversation: of the calls in it not all may be sent
     */
    InteractionsContentWriter(JsonObjectWriter fields, List<Message> all) {
        this.fields = fields;
        all.forEach(message -> message.toolUses().forEach(call -> toolOfCall.put(call.id(), call.name())));
    }

    void messages(List<Message> messages) {
        for (Message message : messages) {
            if (message.role() == Role.ASSISTANT) {
                answer(message.content());
            } else {
                said(message.content());
            }
        }
    }

    private void said(List<ContentBlock> content) {
        var words = new ArrayList<ContentBlock>();
        for (ContentBlock block : content) {
            switch (block) {
                case ToolResult result -> result(result);
                case Unknown(String type, String json)
                when !InteractionsMedia.isContent(type) -> fields.raw(type, json);
                default -> words.add(block);
            }
        }
        content(InteractionsStep.USER_INPUT, words);
    }

    /** Texts that follow each other are steps of their own: in one step a text has all words between two media. */
    private void answer(List<ContentBlock> content) {
        var said = new ArrayList<ContentBlock>();
        for (ContentBlock block : content) {
            boolean isContent = block instanceof Text
                    || block instanceof Image
                    || block instanceof Document
                    || (block instanceof Unknown(String type, String json) && InteractionsMedia.isContent(type));
            if (!isContent || (block instanceof Text && !said.isEmpty() && said.getLast() instanceof Text)) {
                content(InteractionsStep.OUTPUT, said);
                said.clear();
            }
            if (isContent) {
                said.add(block);
            } else {
                step(block);
            }
        }
        content(InteractionsStep.OUTPUT, said);
    }

    private void content(String step, List<ContentBlock> content) {
        List<ContentBlock> sent =
                content.stream().filter(GeminiContentWriter::isSent).toList();
        if (!sent.isEmpty()) {
            fields.begin();
            fields.text(TYPE, step);
            fields.array("content");
            sent.forEach(this::part);
            fields.endArray();
            fields.end();
        }
    }

    private void step(ContentBlock block) {
        switch (block) {
            case Thinking thinking -> {
                if (GeminiContentWriter.isSent(thinking)) {
                    thought(thinking);
                }
            }
            case ToolUse use -> {
                toolOfCall.put(use.id(), use.name()); // its id may be another one than in the conversation
                begin(use, InteractionsStep.FUNCTION_CALL, "id", use.id());
                fields.text("name", use.name());
                GeminiContentWriter.object(fields, "arguments", use.input());
                fields.end();
            }
            case ServerToolUse use -> {
                begin(use, use.name() + InteractionsStep.CALL, "id", use.id());
                if (!use.input().equals(GeminiBlocks.NO_ARGS)) {
                    GeminiContentWriter.object(fields, "arguments", use.input());
                }
                fields.end();
            }
            case ServerToolResult result -> {
                begin(result, result.type(), "call_id", result.toolUseId());
                if (!result.content().equals("null") && fields.named("result")) {
                    fields.raw("content", result.content());
                }
                fields.end();
            }
            case Unknown(String type, String json) -> fields.raw(type, json);
            default -> throw new IllegalStateException("not a step: " + block.getClass());
        }
    }

    private void thought(Thinking thinking) {
        fields.begin(thinking.extra());
        fields.text(TYPE, InteractionsStep.THOUGHT);
        String signature = thinking.signature();
        if (signature != null && !signature.isEmpty()) {
            fields.text(SIGNATURE, signature);
        }
        if (!thinking.thinking().isEmpty() && fields.array("summary")) {
            text(thinking.thinking(), Map.of(), List.of());
            fields.endArray();
        }
        fields.end();
    }

    /** Begins a step that has an id. A signature that came in a delta is where a block has it that has no component for it. */
    private void begin(ContentBlock block, String type, String name, String id) {
        var extra = new LinkedHashMap<>(block.extra());
        String late = extra.remove(GeminiBlocks.SIGNATURE);
        if (late != null) {
            extra.put(SIGNATURE, late);
        }
        fields.begin(extra);
        fields.text(TYPE, type);
        fields.text(name, id);
    }

    /** A result is a text, or a list of contents if it is more than that. */
    private void result(ToolResult result) {
        begin(result, InteractionsStep.FUNCTION_RESULT, "call_id", result.toolUseId());
        String tool = toolOfCall.get(result.toolUseId());
        if (tool != null) {
            fields.text("name", tool);
        }
        boolean isPlain = result.content().stream()
                .allMatch(block -> block instanceof Text && block.extra().isEmpty());
        if (isPlain) {
            fields.text("result", GeminiContentWriter.words(result.content()));
        } else if (fields.array("result")) {
            result.content().forEach(this::part);
            fields.endArray();
        }
        if (result.isError()) {
            fields.flag("is_error", true);
        }
        fields.end();
    }

    private void part(ContentBlock block) {
        switch (block) {
            case Text text -> text(text.text(), text.extra(), text.citations());
            case Image image -> InteractionsMedia.write(fields, image, image.source());
            case Document document -> document(document);
            case Unknown(String type, String json) -> fields.raw(type, json);
            default -> throw new IllegalStateException("not content: " + block.getClass());
        }
    }

    private void text(String words, Map<String, String> extra, List<Citation> citations) {
        fields.begin(extra);
        fields.text(TYPE, TEXT);
        fields.text(TEXT, words);
        if (!citations.isEmpty() && fields.array("annotations")) {
            citations.stream()
                    .filter(citation -> Json.isObject(citation.json()))
                    .forEach(citation -> fields.raw("citation", citation.json()));
            fields.endArray();
        }
        fields.end();
    }

    /** Title and context, which the API has no fields for, are texts before it. */
    private void document(Document document) {
        for (String words : new String[] {document.title(), document.context()}) {
            if (words != null && !words.isEmpty()) {
                text(words, Map.of(), List.of());
            }
        }
        if (document.source() instanceof MediaSource.Blocks(List<ContentBlock> content)) {
            content.forEach(this::part);
        } else {
            InteractionsMedia.write(fields, document, document.source());
        }
    }
}
