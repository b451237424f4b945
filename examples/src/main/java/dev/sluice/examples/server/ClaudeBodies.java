package dev.sluice.examples.server;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The JSON objects that stand in an answer of either kind: the message, its usage, an error. */
final class ClaudeBodies {
    private ClaudeBodies() {}

    /** The message as it starts: without content, without an end. */
    static ObjectNode opening(String id, Request request) {
        ObjectNode message = message(id, request);
        message.putNull("stop_reason").putNull("stop_sequence").putNull("stop_details");
        ObjectNode usage = inputUsage(request);
        usage.putObject("cache_creation").put("ephemeral_5m_input_tokens", 0).put("ephemeral_1h_input_tokens", 0);
        usage.put("output_tokens", 1).put("service_tier", "standard").put("inference_geo", "global");
        message.set("usage", usage);
        return message;
    }

    /** The whole message, for a request that does not stream. */
    static ObjectNode whole(String id, Request request, Script script) {
        ObjectNode message = message(id, request);
        script.blocks().forEach(block -> message.withArray("content").add(block.whole()));
        message.put("stop_reason", script.stopReason()).putNull("stop_sequence").putNull("stop_details");
        message.set("usage", usage(request, script));
        return message;
    }

    /** The usage when all is said: totals of the message. */
    static ObjectNode usage(Request request, Script script) {
        ObjectNode usage = inputUsage(request).put("output_tokens", Math.max(1, script.tokens()));
        usage.putObject("output_tokens_details").put("thinking_tokens", script.thinkingTokens());
        return usage;
    }

    static ObjectNode error(String type, String message, String requestId) {
        ObjectNode body = object().put("type", "error");
        body.putObject("error").put("type", type).put("message", message).putNull("details");
        return body.put("request_id", requestId);
    }

    static ObjectNode count(Request request) {
        return object().put("input_tokens", request.tokens());
    }

    private static ObjectNode message(String id, Request request) {
        ObjectNode message = object().put("id", id)
                .put("type", "message")
                .put("role", "assistant")
                .put("model", request.model());
        message.putArray("content");
        return message;
    }

    private static ObjectNode inputUsage(Request request) {
        return object().put("input_tokens", request.tokens())
                .put("cache_creation_input_tokens", 0)
                .put("cache_read_input_tokens", 0);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
