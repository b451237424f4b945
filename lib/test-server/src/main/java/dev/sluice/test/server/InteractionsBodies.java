package dev.sluice.test.server;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The JSON objects of an interaction: the whole of it, and its steps. */
final class InteractionsBodies {
    private static final String CREATED = "2026-11-22T09:14:03Z";

    private final Reply reply;
    private final String id;

    /**
     * The objects of one answer.
     *
     * @param stored whether the service keeps it; else it has no id
     */
    InteractionsBodies(Reply reply, boolean stored) {
        this.reply = reply;
        this.id = stored ? Ids.of("v1_", 60, reply.random()) : "";
    }

    String id() {
        return id;
    }

    /** The interaction while it runs. */
    ObjectNode running() {
        return head("in_progress");
    }

    /** The interaction at its end, without its steps. */
    ObjectNode ended() {
        ObjectNode body = head(
                switch (reply.answer().end()) {
                    case DONE -> "completed";
                    case TOOL -> "requires_action";
                    case LENGTH -> "incomplete";
                    case REFUSAL -> throw new IllegalStateException("refused before it began");
                });
        body.set("usage", usage());
        return body.put("created", CREATED).put("updated", CREATED).put("service_tier", "standard");
    }

    /** The whole interaction, for a request that does not stream. A call that was cut is in none. */
    ObjectNode whole() {
        ObjectNode body = ended();
        var steps = body.putArray("steps");
        for (Block block : reply.answer().blocks()) {
            if (!(block instanceof Block.ToolCall call) || call.complete()) {
                steps.add(step(block));
            }
        }
        return body;
    }

    private ObjectNode step(Block block) {
        ObjectNode step = begun(block);
        switch (block) {
            case Block.Thinking(List<String> pieces) -> {
                step.put("signature", signature());
                if (!pieces.isEmpty()) {
                    step.putArray("summary").add(text(block.whole()));
                }
            }
            case Block.Text words -> step.putArray("content").add(text(words.whole()));
            case Block.ToolCall call ->
                step.set("arguments", JsonMapper.shared().readTree(call.whole()));
        }
        return step;
    }

    /** A new step, of which nothing is there yet. */
    ObjectNode begun(Block block) {
        ObjectNode step = Json.object();
        return switch (block) {
            case Block.Thinking thinking -> step.put("type", "thought");
            case Block.Text words -> step.put("type", "model_output");
            case Block.ToolCall call -> {
                step.put("id", Ids.of("", 8, reply.random()))
                        .put("type", "function_call")
                        .put("name", call.name());
                step.putObject("arguments");
                yield step;
            }
        };
    }

    static ObjectNode text(String words) {
        return Json.object().put("text", words).put("type", "text");
    }

    /** What proves a thought. */
    String signature() {
        return Ids.signature(reply.random());
    }

    private ObjectNode head(String status) {
        return Json.object()
                .put("id", id)
                .put("status", status)
                .put("object", "interaction")
                .put("model", reply.request().model());
    }

    /** Tokens of thoughts are beside those of the output. */
    private JsonNode usage() {
        int input = reply.inputTokens();
        int output = reply.outputTokens();
        return Json.object()
                .put("total_tokens", input + output)
                .put("total_input_tokens", input)
                .put("total_cached_tokens", 0)
                .put("total_output_tokens", output - reply.thinkingTokens())
                .put("total_tool_use_tokens", 0)
                .put("total_thought_tokens", reply.thinkingTokens());
    }
}
