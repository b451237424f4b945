package dev.sluice.test.server;

import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The JSON objects of a chat completion of either kind: whole, or in chunks. */
final class OpenAiBodies {
    /** When everything was made, in seconds: always the same, so that the same seed gives the same bytes. */
    static final long CREATED = 1_788_000_000;

    private final Reply reply;
    private final String id;

    OpenAiBodies(Reply reply) {
        this.reply = reply;
        this.id = Ids.of("chatcmpl-", 29, reply.random());
    }

    /** A chunk with a choice that brings a delta, and ends if a reason is given. */
    ObjectNode chunk(ObjectNode delta, @Nullable String finishReason) {
        ObjectNode chunk = body("chat.completion.chunk");
        chunk.putArray("choices").add(choice("delta", delta, finishReason));
        return reply.request().tellsUsage() ? chunk.putNull("usage") : chunk;
    }

    /** The chunk that has the usage, and no choice. */
    ObjectNode usageChunk() {
        ObjectNode chunk = body("chat.completion.chunk");
        chunk.putArray("choices");
        chunk.set("usage", usage());
        return chunk;
    }

    /** The whole answer, for a request that does not stream. */
    ObjectNode whole() {
        ObjectNode message = Json.object()
                .put("role", "assistant")
                .put("content", said(Block.Text.class).orElse(null))
                .putNull("refusal");
        said(Block.Thinking.class).ifPresent(thoughts -> message.put("reasoning_content", thoughts));
        for (Block block : reply.answer().blocks()) {
            if (block instanceof Block.ToolCall call) {
                message.withArray("tool_calls").add(call(call, call.whole()));
            }
        }
        ObjectNode body = body("chat.completion");
        body.putArray("choices").add(choice("message", message, finishReason()));
        body.set("usage", usage());
        return body;
    }

    /** A call of a tool. */
    ObjectNode call(Block.ToolCall call, String arguments) {
        ObjectNode tool =
                Json.object().put("id", Ids.of("call_", 24, reply.random())).put("type", "function");
        tool.putObject("function").put("name", call.name()).put("arguments", arguments);
        return tool;
    }

    /** Why it ends. */
    String finishReason() {
        return switch (reply.answer().end()) {
            case DONE -> "stop";
            case TOOL -> "tool_calls";
            case LENGTH -> "length";
            case REFUSAL -> "content_filter";
        };
    }

    private Optional<String> said(Class<? extends Block> kind) {
        Function<Block, String> whole = Block::whole;
        return Optional.of(reply.answer().blocks().stream()
                        .filter(kind::isInstance)
                        .map(whole)
                        .collect(Collectors.joining()))
                .filter(words -> !words.isEmpty());
    }

    private ObjectNode body(String object) {
        return Json.object()
                .put("id", id)
                .put("object", object)
                .put("created", CREATED)
                .put("model", reply.request().model())
                .put("service_tier", "default")
                .put("system_fingerprint", "fp_0a1b2c3d4e");
    }

    private static ObjectNode choice(String name, ObjectNode content, @Nullable String finishReason) {
        ObjectNode choice = Json.object().put("index", 0);
        choice.set(name, content);
        return choice.putNull("logprobs").put("finish_reason", finishReason);
    }

    private ObjectNode usage() {
        int input = reply.inputTokens();
        int output = reply.outputTokens();
        ObjectNode usage = Json.object()
                .put("prompt_tokens", input)
                .put("completion_tokens", output)
                .put("total_tokens", input + output);
        usage.putObject("prompt_tokens_details").put("cached_tokens", 0);
        usage.putObject("completion_tokens_details").put("reasoning_tokens", reply.thinkingTokens());
        return usage;
    }
}
