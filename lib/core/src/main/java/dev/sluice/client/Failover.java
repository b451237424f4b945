package dev.sluice.client;

import dev.sluice.budget.Prices;
import dev.sluice.internal.CallbackErrors;
import dev.sluice.internal.base.Checks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a client of several clients, which asks the next provider when one fails. It is an {@link LlmClient} like any other, for
 * streams, {@code send} and runs of tools.
 *
 * <p>Each provider is asked at most once for a stream, in the order given, with the retries, limits and breaker of its own client.
 * Those come first: a client with {@code maxRetries(0)} hands over at once. A failure that the request itself has caused is not
 * asked about again. <a href="https://github.com/sluice-dev/sluice/blob/main/docs/failover.md">The table of decisions</a> has
 * each case.
 *
 * <p>The first provider is asked for the model that the request names. Each further one is asked for the model of its own
 * client, and gets the request as {@code MessageRequest.Builder.portable()} makes it: without headers, which may have a key, and
 * without fields in the first one's words. A client that cannot encode the request is skipped. Its {@link
 * IllegalArgumentException} is suppressed in the failure.
 *
 * <p>The clients stay the caller's to close. The limits and callbacks of a {@code StreamController} hold for the whole, {@code total}
 * too. A {@code Budget} counts what every provider uses. {@code countTokens} and {@code models} ask the first provider, and
 * {@code send} reads a stream to its end. The observers and listeners of a client are told of what that client was asked.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="failover"}
 */
public final class Failover {
    private Failover() {}

    /**
     * A failover before the first words of an answer.
     *
     * @param first is asked first
     * @param next are asked in this order
     */
    public static Builder builder(LlmClient first, LlmClient... next) {
        Builder builder = new Builder();
        builder.then(first);
        for (LlmClient client : next) {
            builder.then(client);
        }
        return builder;
    }

    /** Collects the settings of a failover. Not for use by several threads. */
    public static final class Builder {
        private final List<LlmClient> clients = new ArrayList<>();
        private final IdentityHashMap<LlmClient, Prices> prices = new IdentityHashMap<>();
        private boolean midAnswer;
        private @Nullable HedgeDelay hedge;
        private Consumer<StreamReport> onEnd = report -> {};

        private Builder() {}

        /** Adds a client, to be asked after those before it. */
        public Builder then(LlmClient client) {
            clients.add(Objects.requireNonNull(client, "client"));
            return this;
        }

        /**
         * Has the next provider continue an answer that breaks off. It is asked to go on from the last words, by the rules of {@link
         * dev.sluice.continuation.Continuation}: no text is lost or repeated, and an answer that does not begin with those words is
         * not taken. An answer with a tool call fails instead, so that no call is made twice. {@code Message.parts()} says who made
         * which part.
         */
        public Builder midAnswer() {
            midAnswer = true;
            return this;
        }

        /**
         * Asks the next provider as well when one has said nothing for so long. The first that says something is taken, and the other
         * is cancelled. Both are paid for, and are in {@link StreamReport#hops()}.
         */
        public Builder hedgeAfter(Duration silence) {
            hedge = HedgeDelay.fixed(Checks.positive("silence", silence));
            return this;
        }

        /**
         * Does so when the first provider has said nothing for longer than 95 of 100 of its last answers took to say something.
         *
         * @param untilKnown the time to wait until there were 20 answers
         */
        public Builder hedgeAfterP95(Duration untilKnown) {
            hedge = HedgeDelay.ofLastAnswers(Checks.positive("untilKnown", untilKnown));
            return this;
        }

        /** Sets what a client's tokens cost, for {@link StreamReport.Hop#cost()}. */
        public Builder prices(LlmClient client, Prices prices) {
            this.prices.put(client, Objects.requireNonNull(prices, "prices"));
            return this;
        }

        /**
         * Adds a listener that is called once when a whole stream has ended. A client's own may be called before or after it. Give it
         * the same {@code StreamMeters} as the clients: it counts failovers and hedges, and nothing a second time.
         */
        public Builder onEnd(Consumer<StreamReport> listener) {
            onEnd = CallbackErrors.inOrder(onEnd, Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * The client.
         *
         * @throws IllegalArgumentException if there is one client only, one is there twice or is a failover itself, or one after the
         *     first has no model of its own
         */
        public LlmClient build() {
            var members = new ArrayList<FailoverMember>();
            for (LlmClient client : clients) {
                members.add(member(members.size(), client));
            }
            if (members.size() < 2) {
                throw new IllegalArgumentException("clients: there is one; a failover needs another");
            }
            return new LlmClient(new FailoverSender(new FailoverSettings(members, midAnswer, hedge, onEnd)));
        }

        private FailoverMember member(int index, LlmClient client) {
            String which = "client " + (index + 1) + " (" + client.provider().name() + "): ";
            if (!(client.sender instanceof RequestSender sender)) {
                throw new IllegalArgumentException(which + "is a failover itself; name its clients one by one");
            }
            if (clients.indexOf(client) < index) {
                throw new IllegalArgumentException(which + "is there twice; each is asked once");
            }
            String model = sender.config().defaults().model();
            if (index > 0 && model.isEmpty()) {
                throw new IllegalArgumentException(which
                        + "has no model, and the request's is the first provider's; set it with"
                        + " LlmClient.builder(provider).model(\"…\")");
            }
            return new FailoverMember(index, sender, prices.get(client));
        }
    }
}
