package dev.sluice.provider.gemini;

import dev.sluice.message.ModelInfo;
import dev.sluice.provider.Provider.ModelPage;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.NonStreamingBody;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/** Reads what Gemini says about its models and about the size of prompts. */
final class GeminiModels {
    private static final String PREFIX = "models/";

    private GeminiModels() {}

    static ModelPage page(String body) {
        return read(body, page -> {
            List<ModelInfo> models =
                    page.objects("models").stream().map(GeminiModels::model).toList();
            return new ModelPage(models, page.textOrEmpty("nextPageToken"));
        });
    }

    private static ModelInfo model(JsonFields model) {
        String name = model.textOrEmpty("name");
        String id = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
        String shown = model.textOrEmpty("displayName");
        OptionalInt input = limit(model, "inputTokenLimit");
        OptionalInt output = limit(model, "outputTokenLimit");
        return new ModelInfo(id, shown.isEmpty() ? id : shown, input, output, model.rest());
    }

    static int tokens(String body) {
        return read(body, wire -> wire.index("totalTokens"));
    }

    private static OptionalInt limit(JsonFields model, String name) {
        return model.has(name) ? OptionalInt.of(model.index(name)) : OptionalInt.empty();
    }

    private static <T> T read(String body, Function<JsonFields, T> decode) {
        return NonStreamingBody.read(body, wire -> {
            GeminiErrors.throwIfAny(wire);
            return decode.apply(wire);
        });
    }
}
