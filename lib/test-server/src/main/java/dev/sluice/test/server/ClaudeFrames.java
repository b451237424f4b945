package dev.sluice.test.server;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The events of a Claude stream. Like the real server it pads some with blanks before the last brace. */
final class ClaudeFrames implements Frames {
    private static final int MOST_PADDING = 15;

    private final Reply reply;

    ClaudeFrames(Reply reply) {
        this.reply = reply;
    }

    @Override
    public String opening() {
        ObjectNode event = event("message_start");
        event.set("message", ClaudeBodies.opening(reply));
        return frame(event);
    }

    @Override
    public String start(int index, Block block) {
        ObjectNode event = event("content_block_start").put("index", index);
        event.set("content_block", ClaudeBodies.opening(block, reply.random()));
        // The real server begins a tool's input with an empty fragment.
        return block instanceof Block.ToolCall ? frame(event) + piece(index, block, "") : frame(event);
    }

    @Override
    public String piece(int index, Block block, String piece) {
        return delta(index, ClaudeBodies.delta(block, piece));
    }

    @Override
    public String stop(int index, Block block) {
        String stop = frame(event("content_block_stop").put("index", index));
        return block instanceof Block.Thinking ? delta(index, ClaudeBodies.signature(reply.random())) + stop : stop;
    }

    @Override
    public String ending() {
        ObjectNode event = event("message_delta");
        event.set("delta", ClaudeBodies.ending(reply.answer()));
        event.set("usage", ClaudeBodies.usage(reply));
        return frame(event) + frame(event("message_stop"));
    }

    @Override
    public String ping() {
        return "event: ping\ndata: {\"type\": \"ping\"}\n\n";
    }

    @Override
    public String error(JsonNode error) {
        return frame(error);
    }

    private String delta(int index, ObjectNode delta) {
        ObjectNode event = event("content_block_delta").put("index", index);
        event.set("delta", delta);
        return frame(event);
    }

    private String frame(JsonNode event) {
        String json = event.toString();
        String padding = " ".repeat(Math.max(0, reply.random().nextInt(-MOST_PADDING, MOST_PADDING + 1)));
        return "event: " + Json.text(event, "type") + "\ndata: " + json.substring(0, json.length() - 1) + padding
                + "}\n\n";
    }

    private static ObjectNode event(String type) {
        return Json.object().put("type", type);
    }
}
