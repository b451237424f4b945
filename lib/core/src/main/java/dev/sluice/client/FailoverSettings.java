package dev.sluice.client;

import dev.sluice.TimeSource;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Failover} was built with.
 *
 * @param members the clients, in their order
 * @param midAnswer whether an answer that breaks off is continued
 * @param hedge when another provider is asked beside a silent one; null if never
 * @param onEnd is told of the whole
 */
record FailoverSettings(
        List<FailoverMember> members,
        boolean midAnswer,
        @Nullable HedgeDelay hedge,
        Consumer<StreamReport> onEnd) {

    /** Copies the list. */
    FailoverSettings {
        members = List.copyOf(members);
    }

    FailoverMember first() {
        return members.getFirst();
    }

    /** The clock and timer of the whole: the first client's. */
    TimeSource time() {
        return first().sender().config().time();
    }
}
