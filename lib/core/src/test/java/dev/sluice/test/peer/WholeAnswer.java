package dev.sluice.test.peer;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * The body that Claude would have answered with had it not streamed: the events of a stream folded into one JSON object, with
 * Jackson's trees and nothing of the library's.
 */
public final class WholeAnswer {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final Map<Integer, ObjectNode> blocks = new TreeMap<>();
    private final Map<Integer, StringBuilder> inputs = new TreeMap<>();
    private @Nullable ObjectNode message;

    private WholeAnswer() {}

    /** The body for a transcript of {@code src/test/resources/transcripts}, which must be of a whole answer. */
    public static String ofTranscript(String name) {
        return of(new String(Script.transcriptBytes(name), StandardCharsets.UTF_8));
    }

    /** The body for the events of a whole answer. */
    public static String of(String... sse) {
        var answer = new WholeAnswer();
        boolean stopped = String.join("", sse)
                .lines()
                .filter(line -> line.startsWith("data:"))
                .map(line -> MAPPER.readTree(line.substring(5)))
                .filter(answer::isLast)
                .findFirst()
                .isPresent();
        if (!stopped) {
            throw new IllegalArgumentException("no whole answer");
        }
        return answer.body();
    }

    private boolean isLast(JsonNode event) {
        int index = event.path("index").asInt(0);
        switch (event.path("type").asString()) {
            case "message_start" -> message = (ObjectNode) event.get("message");
            case "content_block_start" -> blocks.put(index, (ObjectNode) event.get("content_block"));
            case "content_block_delta" -> grow(index, event.get("delta"));
            case "message_delta" -> {
                set(message(), event.get("delta"));
                set((ObjectNode) message().get("usage"), event.get("usage"));
                JsonNode edits = event.get("context_management"); // beside the delta
                if (edits != null) {
                    message().set("context_management", edits);
                }
            }
            case "message_stop" -> {
                return true;
            }
            default -> {}
        }
        return false;
    }

    private void grow(int index, JsonNode delta) {
        ObjectNode block = Objects.requireNonNull(blocks.get(index));
        switch (delta.get("type").asString()) {
            case "text_delta" -> append(block, "text", delta);
            case "thinking_delta" -> append(block, "thinking", delta);
            case "signature_delta" -> block.set("signature", delta.get("signature"));
            case "citations_delta" -> {
                if (!(block.get("citations") instanceof ArrayNode)) {
                    block.putArray("citations");
                }
                ((ArrayNode) block.get("citations")).add(delta.get("citation"));
            }
            case "input_json_delta" ->
                inputs.computeIfAbsent(index, i -> new StringBuilder())
                        .append(delta.get("partial_json").asString());
            case "compaction_delta" -> {
                set(block, delta);
                block.put("type", "compaction");
            }
            default -> throw new IllegalArgumentException(delta.toString());
        }
    }

    private String body() {
        inputs.forEach((index, json) -> {
            if (!json.isEmpty()) {
                Objects.requireNonNull(blocks.get(index)).putRawValue("input", new RawValue(json.toString()));
            }
        });
        blocks.values().forEach(message().withArray("content")::add);
        return message().toString();
    }

    private ObjectNode message() {
        return Objects.requireNonNull(message);
    }

    private static void append(ObjectNode block, String field, JsonNode delta) {
        block.put(field, block.path(field).asString("") + delta.get(field).asString());
    }

    /** What is null says nothing new. */
    private static void set(ObjectNode object, JsonNode fields) {
        fields.forEachEntry((name, value) -> {
            if (!value.isNull()) {
                object.set(name, value);
            }
        });
    }
}
