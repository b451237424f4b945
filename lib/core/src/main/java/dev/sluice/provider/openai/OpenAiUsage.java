package dev.sluice.provider.openai;

import dev.sluice.message.Usage;
import dev.sluice.provider.wire.JsonFields;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a server has said of an answer's tokens so far. A later report replaces an earlier one, key by key (vLLM can report
 * with each chunk).
 *
 * <p>OpenAI counts what came from a cache among the prompt, and thoughts among the answer; xAI and Gemini's endpoint count
 * thoughts beside it, which the total tells.
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
        prompt = usage.number("prompt_tokens", prompt);
        total = usage.number("total_tokens", total);
        boolean isRest = total > prompt && !usage.has("completion_tokens"); // of services that name the total only
        completion = usage.number("completion_tokens", isRest ? total - prompt : completion);
        cached = usage.number("prompt_cache_hit_tokens", cached); // DeepSeek
        reasoning = usage.number("reasoning_tokens", reasoning); // SGLang
        JsonFields input = usage.objectIfAny("prompt_tokens_details");
        if (input != null) {
            cached = input.number("cached_tokens", cached);
            written = input.number("cache_write_tokens", written);
            keep("prompt_tokens_details", input);
        }
        JsonFields output = usage.objectIfAny("completion_tokens_details");
        if (output != null) {
            reasoning = output.number("reasoning_tokens", reasoning);
            keep("completion_tokens_details", output);
        }
        extra.putAll(usage.rest());
    }

    private void keep(String name, JsonFields details) {
        if (!details.rest().isEmpty()) {
            extra.put(name, details.raw());
        }
    }

    Usage soFar() {
        boolean beside = total == prompt + completion + reasoning;
        long output = beside ? completion + reasoning : completion;
        boolean besideCache = cached + written > prompt; // of services that count the cache beside the prompt
        long input = besideCache ? prompt : prompt - cached - written;
        if (total != 0 && total != prompt + output) {
            extra.put("total_tokens", Long.toString(total));
        }
        return new Usage(input, output, cached, written, reasoning, extra);
    }
}
