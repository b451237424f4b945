package dev.sluice.client;

import dev.sluice.budget.Prices;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Provider;
import org.jspecify.annotations.Nullable;

/**
 * One client of a failover.
 *
 * @param index its place, from 0
 * @param sender sends its requests
 * @param prices what its tokens cost; null if nobody said
 */
record FailoverMember(
        int index, RequestSender sender, @Nullable Prices prices) {

    Provider provider() {
        return sender.config().provider();
    }

    /** The provider, for messages and logs. */
    String name() {
        return provider().name();
    }

    /** What this client is asked when this is asked of the first. */
    MessageRequest request(MessageRequest asked) {
        RequestDefaults defaults = sender.config().defaults();
        if (index == 0) {
            return defaults.complete(asked);
        }
        return defaults.complete(
                asked.toBuilder().portable().model(defaults.model()).build());
    }
}
