package dev.sluice.test.server;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The JSON objects of a Gemini answer: each is a whole response that says a part of it, and counts what was said so far. */
final class GeminiChunks {
    private final Reply reply;
    private final String responseId;
    private int thinking;
    private int said;

    GeminiChunks(Reply reply) {
        this.reply = reply;
        this.responseId = Ids.of("", 23, reply.random());
    }

    /** Counts a piece that is about to be said. */
    void count(Block block) {
        if (block instanceof Block.Thinking) {
            thinking++;
        } else {
            said++;
        }
    }

    static ObjectNode text(String text) {
        return Json.object().put("text", text);
    }

    static ObjectNode thought(String text) {
        return text(text).put("thought", true);
    }

    /** A call, whole and signed. It has no id, as so often on the real wire. */
    ObjectNode call(Block.ToolCall call) {
        ObjectNode part = Json.object();
        part.putObject("functionCall")
                .put("name", call.name())
                .set("args", JsonMapper.shared().readTree(call.whole()));
        return signed(part);
    }

    /** The last chunk's content: the signature of an answer that is words, nothing behind a call or a cut answer. */
    List<ObjectNode> lastParts() {
        return switch (reply.answer().end()) {
            case DONE -> List.of(signed(text("")));
            case TOOL -> List.of(text(""));
            case LENGTH, REFUSAL -> List.of();
        };
    }

    ObjectNode chunk(ObjectNode part) {
        return chunk(List.of(part), "");
    }

    ObjectNode last() {
        reply.answer().outputTokens().ifPresent(all -> said = all - thinking);
        return chunk(lastParts(), finishReason());
    }

    /** The whole answer, for a request that does not stream. */
    ObjectNode whole() {
        var parts = new ArrayList<ObjectNode>();
        for (Block block : reply.answer().blocks()) {
            block.pieces().forEach(piece -> count(block));
            switch (block) {
                case Block.Text text -> parts.add(text(text.whole()));
                case Block.Thinking thoughts when thoughts.pieces().isEmpty() -> {}
                case Block.Thinking thoughts -> parts.add(thought(thoughts.whole()));
                case Block.ToolCall call when !call.complete() -> {}
                case Block.ToolCall call -> parts.add(call(call));
            }
        }
        parts.addAll(lastParts());
        reply.answer().outputTokens().ifPresent(all -> said = all - thinking);
        return chunk(parts, finishReason());
    }

    private ObjectNode chunk(List<ObjectNode> parts, String finishReason) {
        ObjectNode chunk = Json.object();
        ObjectNode candidate = chunk.putArray("candidates").addObject();
        ObjectNode content = candidate.putObject("content");
        if (!parts.isEmpty()) {
            content.putArray("parts").addAll(parts);
        }
        content.put("role", "model");
        if (!finishReason.isEmpty()) {
            candidate.put("finishReason", finishReason);
        }
        candidate.put("index", 0);
        chunk.set("usageMetadata", usage());
        return chunk.put("modelVersion", reply.request().model()).put("responseId", responseId);
    }

    private ObjectNode usage() {
        int prompt = reply.inputTokens();
        ObjectNode usage = Json.object().put("promptTokenCount", prompt);
        if (said > 0) {
            usage.put("candidatesTokenCount", said);
        }
        usage.put("totalTokenCount", prompt + said + thinking);
        usage.putArray("promptTokensDetails")
                .addObject()
                .put("modality", "TEXT")
                .put("tokenCount", prompt);
        if (thinking > 0) {
            usage.put("thoughtsTokenCount", thinking);
        }
        return usage.put("serviceTier", "standard");
    }

    private ObjectNode signed(ObjectNode part) {
        return part.put("thoughtSignature", Ids.signature(reply.random()));
    }

    /** There is none for a tool: a call ends with STOP. */
    private String finishReason() {
        return switch (reply.answer().end()) {
            case DONE, TOOL -> "STOP";
            case LENGTH -> "MAX_TOKENS";
            case REFUSAL -> "SAFETY";
        };
    }
}
