package dev.sluice.test.server;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The events of a streamed interaction. Each block is a step; the end has a frame of its own behind the last event. */
final class InteractionsFrames implements Frames {
    private final InteractionsBodies bodies;

    InteractionsFrames(InteractionsBodies bodies) {
        this.bodies = bodies;
    }

    @Override
    public String opening() {
        ObjectNode update = Json.object().put("interaction_id", bodies.id()).put("status", "in_progress");
        return interaction("interaction.created", bodies.running()) + frame("interaction.status_update", update);
    }

    @Override
    public String start(int index, Block block) {
        ObjectNode event = at(index);
        event.set("step", bodies.begun(block));
        return frame("step.start", event);
    }

    @Override
    public String piece(int index, Block block, String piece) {
        return delta(
                index,
                switch (block) {
                    case Block.Text text -> InteractionsBodies.text(piece);
                    case Block.Thinking thinking -> {
                        ObjectNode delta = Json.object();
                        delta.set("content", InteractionsBodies.text(piece));
                        yield delta.put("type", "thought_summary");
                    }
                    case Block.ToolCall call ->
                        Json.object().put("arguments", piece).put("type", "arguments_delta");
                });
    }

    @Override
    public String stop(int index, Block block) {
        String signed = block instanceof Block.Thinking
                ? delta(
                        index,
                        Json.object().put("signature", bodies.signature()).put("type", "thought_signature"))
                : "";
        return signed + frame("step.stop", at(index));
    }

    @Override
    public String ending() {
        return interaction("interaction.completed", bodies.ended()) + "event: done\ndata: [DONE]\n\n";
    }

    @Override
    public String error(JsonNode error) {
        return frame("error", (ObjectNode) error.deepCopy());
    }

    private static String delta(int index, ObjectNode delta) {
        ObjectNode event = at(index);
        event.set("delta", delta);
        return frame("step.delta", event);
    }

    private static String interaction(String type, ObjectNode interaction) {
        ObjectNode event = Json.object();
        event.set("interaction", interaction);
        return frame(type, event);
    }

    private static ObjectNode at(int index) {
        return Json.object().put("index", index);
    }

    private static String frame(String type, ObjectNode event) {
        return "event: " + type + "\ndata: " + event.put("event_type", type) + "\n\n";
    }
}
