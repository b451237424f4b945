package dev.sluice.client;

import dev.sluice.Limits;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts;
import dev.sluice.context.ContextCarrier;
import dev.sluice.continuation.Continuation;
import dev.sluice.observation.Observer;
import dev.sluice.provider.Provider;
import dev.sluice.resilience.Resilience;
import dev.sluice.transport.HttpTransport;
import java.util.function.Consumer;

/** What an {@link LlmClient} was built with: all that a stream needs to know of its client. See the client's builder. */
record ClientConfig(
        Provider provider,
        HttpTransport transport,
        Timeouts timeouts,
        Limits limits,
        int queueCapacity,
        long queueBytes,
        TimeSource time,
        Resilience resilience,
        Continuation continuation,
        Consumer<StreamReport> onEnd,
        ServerCancellations cancellations,
        ContextCarrier carrier,
        Observer observer,
        RequestDefaults defaults) {}
