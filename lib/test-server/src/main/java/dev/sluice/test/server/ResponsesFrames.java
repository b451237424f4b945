package dev.sluice.test.server;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The events of a streamed response. Each block is an item, and everything is said in pieces and once more whole. */
final class ResponsesFrames implements Frames {
    private static final int PADDED = 16;

    private final Reply reply;
    private final ResponsesBodies bodies;
    private ObjectNode item = Json.object();
    private int number;

    ResponsesFrames(Reply reply) {
        this.reply = reply;
        this.bodies = new ResponsesBodies(reply);
    }

    @Override
    public String opening() {
        return response("response.created", bodies.running()) + response("response.in_progress", bodies.running());
    }

    @Override
    public String start(int index, Block block) {
        item = bodies.begun(block);
        String added = item("response.output_item.added", index);
        return switch (block) {
            case Block.Text text -> added + part("response.content_part.added", index, bodies.words(""));
            case Block.Thinking(var pieces) when pieces.isEmpty() -> added;
            case Block.Thinking thinking ->
                added + part("response.reasoning_summary_part.added", index, ResponsesBodies.part("summary_text", ""));
            case Block.ToolCall call -> added;
        };
    }

    @Override
    public String piece(int index, Block block, String piece) {
        ObjectNode event = place(event(name(block) + ".delta"), index, block).put("delta", piece);
        // The real service hides how long a delta is.
        int padding = PADDED - piece.length() % PADDED;
        return frame(event.put("obfuscation", Ids.of("", padding, reply.random())));
    }

    @Override
    public String stop(int index, Block block) {
        String whole = block.whole();
        String done = block.pieces().isEmpty()
                ? ""
                : frame(place(event(name(block) + ".done"), index, block).put(whole(block), whole));
        String part = switch (block) {
            case Block.Text text -> part("response.content_part.done", index, bodies.words(whole));
            case Block.Thinking(var pieces) when pieces.isEmpty() -> "";
            case Block.Thinking thinking ->
                part("response.reasoning_summary_part.done", index, ResponsesBodies.part("summary_text", whole));
            case Block.ToolCall call -> "";
        };
        bodies.complete(item, block, bodies.isCut(index));
        return done + part + item("response.output_item.done", index);
    }

    @Override
    public String ending() {
        return response(bodies.isIncomplete() ? "response.incomplete" : "response.completed", bodies.whole());
    }

    @Override
    public String ping() {
        return frame(event("keepalive"));
    }

    @Override
    public String error(JsonNode error) {
        return frame(event("error").setAll((ObjectNode) error));
    }

    private String name(Block block) {
        return switch (block) {
            case Block.Text text -> bodies.isRefusal() ? "response.refusal" : "response.output_text";
            case Block.Thinking thinking -> "response.reasoning_summary_text";
            case Block.ToolCall call -> "response.function_call_arguments";
        };
    }

    /** The field of the done event that has all pieces. */
    private String whole(Block block) {
        return switch (block) {
            case Block.Text text -> bodies.isRefusal() ? "refusal" : "text";
            case Block.Thinking thinking -> "text";
            case Block.ToolCall call -> "arguments";
        };
    }

    private ObjectNode place(ObjectNode event, int index, Block block) {
        place(event, index);
        return switch (block) {
            case Block.Text text -> event.put("content_index", 0);
            case Block.Thinking thinking -> event.put("summary_index", 0);
            case Block.ToolCall call -> event;
        };
    }

    private ObjectNode place(ObjectNode event, int index) {
        return event.put("item_id", Json.text(item, "id")).put("output_index", index);
    }

    private String part(String type, int index, ObjectNode part) {
        ObjectNode event = place(event(type), index);
        event.put(type.contains("summary") ? "summary_index" : "content_index", 0);
        event.set("part", part);
        return frame(event);
    }

    private String item(String type, int index) {
        ObjectNode event = event(type).put("output_index", index);
        event.set("item", item.deepCopy());
        return frame(event);
    }

    private String response(String type, ObjectNode response) {
        ObjectNode event = event(type);
        event.set("response", response);
        return frame(event);
    }

    private ObjectNode event(String type) {
        return Json.object().put("type", type).put("sequence_number", number++);
    }

    private static String frame(JsonNode event) {
        return "event: " + Json.text(event, "type") + "\ndata: " + event + "\n\n";
    }
}
