package dev.sluice.test.server;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON objects of a response: the whole of it, and the items of its output. */
final class ResponsesBodies {
    private final Reply reply;
    private final String id;
    private final List<ObjectNode> items = new ArrayList<>();

    ResponsesBodies(Reply reply) {
        this.reply = reply;
        this.id = Ids.of("resp_", 48, reply.random());
    }

    /** The response while it runs. */
    ObjectNode running() {
        return body("in_progress").putNull("usage");
    }

    /** The response at its end. */
    ObjectNode whole() {
        List<Block> blocks = reply.answer().blocks();
        for (int i = items.size(); i < blocks.size(); i++) {
            complete(begun(blocks.get(i)), blocks.get(i), isCut(i));
        }
        ObjectNode body = body(isIncomplete() ? "incomplete" : "completed");
        if (isIncomplete()) {
            body.putObject("incomplete_details").put("reason", isCut() ? "max_output_tokens" : "content_filter");
        }
        body.putArray("output").addAll(items);
        body.set("usage", usage());
        return body;
    }

    /** Whether the answer ends for its length. */
    boolean isCut() {
        return reply.answer().end() == Answer.End.LENGTH;
    }

    /** Whether the model refuses. If it says so in words, these are a part of their own type, and the response is completed. */
    boolean isRefusal() {
        return reply.answer().end() == Answer.End.REFUSAL;
    }

    /** Whether the response ends with a reason for not being complete. */
    boolean isIncomplete() {
        return isCut() || (isRefusal() && reply.answer().blocks().stream().noneMatch(Block.Text.class::isInstance));
    }

    /** Whether it ends within an item. */
    boolean isCut(int index) {
        return isCut() && index == reply.answer().blocks().size() - 1;
    }

    /** A new item, of which nothing is there yet. */
    ObjectNode begun(Block block) {
        ObjectNode item = Json.object();
        switch (block) {
            case Block.Thinking thinking -> {
                item.put("id", Ids.of("rs_", 48, reply.random())).put("type", "reasoning");
                item.putArray("summary");
            }
            case Block.Text text -> {
                item.put("id", Ids.of("msg_", 48, reply.random()))
                        .put("type", "message")
                        .put("status", "in_progress")
                        .put("role", "assistant");
                item.putArray("content");
            }
            case Block.ToolCall call ->
                item.put("id", Ids.of("fc_", 48, reply.random()))
                        .put("type", "function_call")
                        .put("status", "in_progress")
                        .put("call_id", Ids.of("call_", 24, reply.random()))
                        .put("name", call.name())
                        .put("arguments", "");
        }
        items.add(item);
        return item;
    }

    /** Fills an item. */
    ObjectNode complete(ObjectNode item, Block block, boolean cut) {
        String whole = block.whole();
        switch (block) {
            case Block.Thinking thinking -> {
                if (!whole.isEmpty()) {
                    item.withArray("summary").add(part("summary_text", whole));
                }
                item.put("encrypted_content", Ids.signature(reply.random()));
            }
            case Block.Text text -> item.withArray("content").add(words(whole));
            case Block.ToolCall call -> item.put("arguments", whole);
        }
        if (item.has("status")) {
            item.put("status", cut ? "incomplete" : "completed");
        }
        return item;
    }

    /** A part of a message. */
    ObjectNode words(String words) {
        if (isRefusal()) {
            return Json.object().put("type", "refusal").put("refusal", words);
        }
        ObjectNode part = part("output_text", words);
        part.putArray("annotations");
        return part;
    }

    /** A part of a kind. */
    static ObjectNode part(String type, String words) {
        return Json.object().put("type", type).put("text", words);
    }

    private ObjectNode body(String status) {
        ObjectNode body = Json.object()
                .put("id", id)
                .put("object", "response")
                .put("created_at", OpenAiBodies.CREATED)
                .put("status", status)
                .putNull("error")
                .putNull("incomplete_details")
                .put("model", reply.request().model())
                .put("service_tier", "default")
                .put("store", false);
        body.putArray("output");
        return body;
    }

    private JsonNode usage() {
        int input = reply.inputTokens();
        int output = reply.outputTokens();
        ObjectNode usage = Json.object()
                .put("input_tokens", input)
                .put("output_tokens", output)
                .put("total_tokens", input + output);
        usage.putObject("input_tokens_details").put("cached_tokens", 0).put("cache_write_tokens", 0);
        usage.putObject("output_tokens_details").put("reasoning_tokens", reply.thinkingTokens());
        return usage;
    }
}
