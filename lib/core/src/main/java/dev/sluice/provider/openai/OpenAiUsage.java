package dev.sluice.provider.openai;

import dev.sluice.message.Usage;
import dev.sluice.provider.wire.JsonFields;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reports of an answer's tokens so far. A later report replaces an earlier one, key by key (vLLM can report with
 * each chunk). A negative number counts as 0.
 *
 * <p>OpenAI counts the cache as a part of the prompt and thoughts as a part of the answer. Other services count either
 * of them beside it, which only the total shows. Tokens that nothing but the total counts are the answer's: Gateways in
 * front of Gemini leave out its thoughts, and some services name no tokens of the answer at all.
 */
final class OpenAiUsage {
    private long prompt;
    private long completion;
    private long total;
    private long cached;
    private long written;
    private long reasoning;
    private final Map<String, String> extra = new LinkedHashMap<>();

    /** Takes in a report; null for none. */
    void merge(@Nullable JsonFields usage) {
        if (usage == null) {
            return;
        }
        boolean isPartial = usage.has("prompt_tokens") || usage.has("completion_tokens");
        total = count(
                usage, "total_tokens", isPartial ? 0 : total); // one of an earlier report counts less than this one
        prompt = count(usage, "prompt_tokens", prompt);
        completion = count(usage, "completion_tokens", completion);
        cached = count(usage, "prompt_cache_hit_tokens", cached); // DeepSeek
        reasoning = count(usage, "reasoning_tokens", reasoning); // SGLang
        JsonFields input = usage.objectIfAny("prompt_tokens_details");
        if (input != null) {
            cached = count(input, "cached_tokens", cached);
            written = count(input, "cache_write_tokens", written);
            keep("prompt_tokens_details", input);
        }
        JsonFields output = usage.objectIfAny("completion_tokens_details");
        if (output != null) {
            reasoning = count(output, "reasoning_tokens", reasoning);
            keep("completion_tokens_details", output);
        }
        extra.putAll(usage.rest());
    }

    private static long count(JsonFields usage, String name, long before) {
        return Math.max(0, usage.number(name, before));
    }

    private void keep(String name, JsonFields details) {
        if (!details.rest().isEmpty()) {
            extra.put(name, details.raw());
        }
    }

    Usage soFar() {
        long cache = cached + written;
        long rest = total - prompt - completion;
        boolean isCacheBeside = cache > prompt || (cache > 0 && (rest == cache || rest == cache + reasoning));
        boolean isReasoningBeside =
                reasoning > 0 && (rest == reasoning || (isCacheBeside && rest == cache + reasoning));
        long output = completion;
        if (isReasoningBeside) {
            output += reasoning;
        } else if (!isCacheBeside) {
            output += Math.max(0, rest);
        }
        long input = isCacheBeside ? prompt : prompt - cache;
        var other = new LinkedHashMap<>(extra);
        if (total != 0 && total != prompt + output && total != prompt + cache + output) {
            other.put("total_tokens", Long.toString(total));
        }
        return new Usage(input, output, cached, written, reasoning, other);
    }
}
