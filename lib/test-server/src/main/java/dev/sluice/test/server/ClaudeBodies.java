package dev.sluice.test.server;

import java.util.SplittableRandom;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The JSON objects of a Claude answer of either kind: the message, its blocks, its usage. */
final class ClaudeBodies {
    private ClaudeBodies() {}

    /** The message as it starts: without content, without an end. */
    static ObjectNode opening(Reply reply) {
        ObjectNode message = message(reply);
        message.putNull("stop_reason").putNull("stop_sequence").putNull("stop_details");
        ObjectNode usage = inputUsage(reply);
        usage.putObject("cache_creation").put("ephemeral_5m_input_tokens", 0).put("ephemeral_1h_input_tokens", 0);
        usage.put("output_tokens", 1).put("service_tier", "standard").put("inference_geo", "global");
        message.set("usage", usage);
        return message;
    }

    /** The whole message, for a request that does not stream. */
    static ObjectNode whole(Reply reply) {
        ObjectNode message = message(reply);
        reply.answer().blocks().forEach(block -> message.withArray("content").add(whole(block, reply.random())));
        message.setAll(ending(reply.answer()));
        message.set("usage", usage(reply));
        return message;
    }

    /** Why it ends. */
    static ObjectNode ending(Answer answer) {
        String reason = switch (answer.end()) {
            case DONE -> "end_turn";
            case TOOL -> "tool_use";
            case LENGTH -> "max_tokens";
            case REFUSAL -> "refusal";
        };
        return Json.object().put("stop_reason", reason).putNull("stop_sequence").putNull("stop_details");
    }

    /** The usage when all is said: totals of the message. */
    static ObjectNode usage(Reply reply) {
        ObjectNode usage = inputUsage(reply).put("output_tokens", Math.max(1, reply.outputTokens()));
        usage.putObject("output_tokens_details").put("thinking_tokens", reply.thinkingTokens());
        return usage;
    }

    /** A block before its first delta. */
    static ObjectNode opening(Block block, SplittableRandom random) {
        return switch (block) {
            case Block.Text text -> typed("text").put("text", "");
            case Block.Thinking thinking ->
                typed("thinking").put("thinking", "").put("signature", "");
            case Block.ToolCall call -> toolUse(call, "{}", random);
        };
    }

    /** The delta that brings one piece. */
    static ObjectNode delta(Block block, String piece) {
        return switch (block) {
            case Block.Text text -> typed("text_delta").put("text", piece);
            case Block.Thinking thinking -> typed("thinking_delta").put("thinking", piece);
            case Block.ToolCall call -> typed("input_json_delta").put("partial_json", piece);
        };
    }

    /** The delta that proves a thinking block. */
    static ObjectNode signature(SplittableRandom random) {
        return typed("signature_delta").put("signature", Ids.signature(random));
    }

    private static ObjectNode whole(Block block, SplittableRandom random) {
        return switch (block) {
            case Block.Text text -> typed("text").put("text", text.whole());
            case Block.Thinking thinking ->
                typed("thinking").put("thinking", thinking.whole()).put("signature", Ids.signature(random));
            case Block.ToolCall call -> toolUse(call, call.complete() ? call.whole() : "{}", random);
        };
    }

    private static ObjectNode toolUse(Block.ToolCall call, String input, SplittableRandom random) {
        ObjectNode block =
                typed("tool_use").put("id", Ids.of("toolu_01", 22, random)).put("name", call.name());
        block.set("input", JsonMapper.shared().readTree(input));
        return block;
    }

    private static ObjectNode message(Reply reply) {
        ObjectNode message = typed("message")
                .put("id", Ids.of("msg_01", 22, reply.random()))
                .put("role", "assistant")
                .put("model", reply.request().model());
        message.putArray("content");
        return message;
    }

    private static ObjectNode inputUsage(Reply reply) {
        return Json.object()
                .put("input_tokens", reply.inputTokens())
                .put("cache_creation_input_tokens", 0)
                .put("cache_read_input_tokens", 0);
    }

    private static ObjectNode typed(String type) {
        return Json.object().put("type", type);
    }
}
