package dev.sluice.test.server;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The frames of a streamed chat completion: chunks, and a mark of the end that is not JSON. */
final class OpenAiFrames implements Frames {
    private final Reply reply;
    private final OpenAiBodies bodies;
    private int calls;

    OpenAiFrames(Reply reply) {
        this.reply = reply;
        this.bodies = new OpenAiBodies(reply);
    }

    @Override
    public String opening() {
        return delta(Json.object().put("role", "assistant").put("content", "").putNull("refusal"));
    }

    /** Only a call has a beginning. */
    @Override
    public String start(int index, Block block) {
        return block instanceof Block.ToolCall call ? call(calls++, bodies.call(call, "")) : "";
    }

    @Override
    public String piece(int index, Block block, String piece) {
        return switch (block) {
            case Block.Text text -> delta(Json.object().put("content", piece));
            case Block.Thinking thinking -> delta(Json.object().put("reasoning_content", piece));
            case Block.ToolCall call -> {
                ObjectNode more = Json.object();
                more.putObject("function").put("arguments", piece);
                yield call(calls - 1, more);
            }
        };
    }

    @Override
    public String ending() {
        return frame(bodies.chunk(Json.object(), bodies.finishReason()))
                + (reply.request().tellsUsage() ? frame(bodies.usageChunk()) : "")
                + "data: [DONE]\n\n";
    }

    @Override
    public String error(JsonNode error) {
        return frame(error);
    }

    private String call(int index, ObjectNode call) {
        ObjectNode delta = Json.object();
        delta.putArray("tool_calls").add(Json.object().put("index", index).setAll(call));
        return delta(delta);
    }

    private String delta(ObjectNode delta) {
        return frame(bodies.chunk(delta, null));
    }

    private static String frame(JsonNode chunk) {
        return "data: " + chunk + "\n\n";
    }
}
