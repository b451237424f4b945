package dev.sluice.provider;

import dev.sluice.message.ModelInfo;
import java.util.List;

/**
 * A part of a provider's list of models.
 *
 * @param models in the provider's order
 * @param next what to ask for the next part with; empty if this is the last
 */
public record ModelPage(List<ModelInfo> models, String next) {
    /** Copies the list. */
    public ModelPage {
        models = List.copyOf(models);
    }
}
