package dev.sluice.stream;

import dev.sluice.control.Limits;
import dev.sluice.control.Time;
import dev.sluice.control.Timeouts;
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
        Time time,
        Resilience resilience,
        Continuation continuation,
        Consumer<StreamReport> onEnd) {}
