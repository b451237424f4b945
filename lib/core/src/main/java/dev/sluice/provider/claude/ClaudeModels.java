package dev.sluice.provider.claude;

import dev.sluice.message.ModelInfo;
import dev.sluice.provider.Provider.ModelPage;
import dev.sluice.provider.wire.JsonFields;
import java.util.List;
import java.util.OptionalInt;

/** Reads what Claude's API says of its models. */
final class ClaudeModels {
    private ClaudeModels() {}

    /** One page of them. */
    static ModelPage page(JsonFields wire) {
        if (!wire.has("data")) {
            throw wire.mismatch("data", "a list");
        }
        List<ModelInfo> models =
                wire.objects("data").stream().map(ClaudeModels::model).toList();
        if (!"true".equals(wire.raw("has_more"))) {
            return new ModelPage(models, "");
        }
        String last = wire.textOrEmpty("last_id");
        if (last.isEmpty()) {
            throw wire.mismatch("last_id", "the id of the page's last model, because there are more,");
        }
        return new ModelPage(models, last);
    }

    private static ModelInfo model(JsonFields wire) {
        wire.takeIf("type", "model");
        String id = wire.text("id");
        if (id == null) {
            throw wire.mismatch("id", "a string");
        }
        String name = wire.textOrEmpty("display_name");
        OptionalInt input = limit(wire, "max_input_tokens");
        OptionalInt output = limit(wire, "max_tokens");
        return new ModelInfo(id, name.isEmpty() ? id : name, input, output, wire.rest());
    }

    private static OptionalInt limit(JsonFields wire, String field) {
        return wire.has(field) ? OptionalInt.of(wire.index(field)) : OptionalInt.empty();
    }
}
