package dev.sluice.provider.openai;

import dev.sluice.internal.json.Json;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.wire.JsonFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads thoughts, which OpenAI does not send and others send in fields of their own: {@code reasoning_content} (DeepSeek,
 * llama.cpp, vLLM until 2025), {@code reasoning} (vLLM since, Ollama, Groq, OpenRouter), and {@code reasoning_details}
 * (OpenRouter), a list of pieces beside the words, some of them signed or encrypted, that wants to be sent back as it was.
 */
final class OpenAiReasoning {
    /** The fields that have thoughts as text. A server sends one of them, or the same text in both. */
    static final List<String> TEXTS = List.of("reasoning_content", "reasoning");

    /** The field of OpenRouter's pieces. */
    static final String DETAILS = "reasoning_details";

    /** The type, and the field, of a part of Mistral's content. */
    static final String PART = "thinking";

    /** The fields of a piece whose texts are fragments. */
    private static final List<String> FRAGMENTS = List.of("text", "summary");

    private final OpenAiBlocks blocks;
    private final List<Piece> pieces = new ArrayList<>();

    OpenAiReasoning(OpenAiBlocks blocks) {
        this.blocks = blocks;
    }

    /** A piece, which grows by all fragments of its type and index. */
    private record Piece(Map<String, Object> fields, Map<String, StringBuilder> texts) {
        boolean isOf(Map<String, Object> fragment) {
            return Objects.equals(fields.get("type"), fragment.get("type"))
                    && Objects.equals(fields.get("index"), fragment.get("index"));
        }

        void add(Map<String, Object> fragment) {
            fragment.forEach((name, value) -> {
                if (FRAGMENTS.contains(name) && value instanceof String text) {
                    texts.computeIfAbsent(name, key -> new StringBuilder()).append(text);
                    fields.put(name, "");
                } else if (value != null || !fields.containsKey(name)) {
                    fields.put(name, value);
                }
            });
        }

        Map<String, Object> whole() {
            var whole = new LinkedHashMap<>(fields);
            texts.forEach((name, text) -> whole.put(name, text.toString()));
            return whole;
        }
    }

    /** Takes the thoughts of a delta or a message. */
    void take(JsonFields said, Consumer<? super StreamEvent> out) {
        String taken = text(said, out);
        for (JsonFields detail : said.objects(DETAILS)) {
            Map<String, Object> fragment = fields(said, detail);
            piece(fragment).add(fragment);
            if (taken == null) { // else they are the same words
                FRAGMENTS.forEach(name -> {
                    if (fragment.get(name) instanceof String text) {
                        blocks.thinking(DETAILS, text, out);
                    }
                });
            }
        }
    }

    private static Map<String, Object> fields(JsonFields said, JsonFields detail) {
        try {
            return Json.readObject(detail.raw());
        } catch (IllegalArgumentException e) { // a number too long to be read
            throw said.mismatch(DETAILS, "a list of objects");
        }
    }

    /** All pieces as a JSON list; empty if there are none. */
    Optional<String> details() {
        return pieces.isEmpty()
                ? Optional.empty()
                : Optional.of(Json.write(pieces.stream().map(Piece::whole).toList()));
    }

    private @Nullable String text(JsonFields said, Consumer<? super StreamEvent> out) {
        String taken = null;
        for (String field : TEXTS) {
            if (taken != null && said.takeIf(field, taken)) {
                continue;
            }
            String text = said.textIfAny(field);
            if (text != null && !text.isEmpty()) {
                blocks.thinking(field, text, out);
                taken = text;
            }
        }
        return taken;
    }

    private Piece piece(Map<String, Object> fragment) {
        for (Piece piece : pieces.reversed()) {
            if (piece.isOf(fragment)) {
                return piece;
            }
            if (!fragment.containsKey("index")) {
                break;
            }
        }
        var piece = new Piece(new LinkedHashMap<>(), new LinkedHashMap<>());
        pieces.add(piece);
        return piece;
    }
}
