package dev.sluice.provider.openai;

import dev.sluice.json.PartialJson;
import dev.sluice.message.ModelInfo;
import dev.sluice.provider.Provider.ModelPage;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.NonStreamingBody;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads a list of models. OpenAI reports no more than their ids. Other services' names of the limits differ:
 * {@code max_model_len} (vLLM), {@code context_window} (Groq), {@code context_length} (OpenRouter, Together),
 * {@code max_context_length} (Mistral).
 */
final class OpenAiModels {
    private static final List<String> INPUT_LIMITS =
            List.of("max_model_len", "context_window", "context_length", "max_context_length");

    private OpenAiModels() {}

    /** The models; the list has no further page. */
    static ModelPage read(String body) {
        return NonStreamingBody.read(object(body), wire -> {
            if (!wire.has("data")) {
                throw OpenAiErrors.isError(wire)
                        ? OpenAiErrors.inPlace(wire, wire.raw())
                        : wire.mismatch("data", "a list");
            }
            return new ModelPage(
                    wire.objects("data").stream().map(OpenAiModels::model).toList(), "");
        });
    }

    /** A bare list is what Together answers with; one that is cut makes an object that is cut. */
    private static String object(String body) {
        if (!body.stripLeading().startsWith("[")) {
            return body;
        }
        return "{\"data\":" + body + (new PartialJson().append(body).isComplete() ? "}" : "");
    }

    private static ModelInfo model(JsonFields wire) {
        String id = wire.textOrEmpty("id");
        String name = wire.textIfAny("name");
        OptionalInt input = INPUT_LIMITS.stream()
                .mapToLong(field -> number(wire, field))
                .filter(limit -> limit > 0)
                .mapToInt(OpenAiModels::capped)
                .findFirst();
        long output = number(wire, "max_completion_tokens");
        wire.takeIf("object", "model");
        return new ModelInfo(
                id,
                name == null || name.isEmpty() ? id : name,
                input,
                output > 0 ? OptionalInt.of(capped(output)) : OptionalInt.empty(),
                wire.rest());
    }

    private static long number(JsonFields wire, String field) {
        return wire.has(field) ? wire.number(field, 0) : 0;
    }

    private static int capped(long limit) {
        return (int) Math.min(limit, Integer.MAX_VALUE);
    }
}
