package dev.sluice.client;

import dev.sluice.Limits;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts;
import dev.sluice.context.ContextCarrier;
import dev.sluice.continuation.Continuation;
import dev.sluice.internal.EventQueue;
import dev.sluice.observation.Observer;
import dev.sluice.provider.Provider;
import dev.sluice.resilience.Resilience;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.JdkHttpTransport;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What an {@link LlmClient.Builder} has collected so far, and what holds where nothing was set. One thread's. */
final class ClientSettings {
    final Provider provider;

    @Nullable
    HttpTransport transport;

    Timeouts timeouts = Timeouts.defaults();
    Limits limits = Limits.defaults();
    int queueCapacity = 256;
    long queueBytes = EventQueue.DEFAULT_BYTES;
    TimeSource time = TimeSource.system();

    @Nullable
    Resilience resilience;

    final Resilience.Builder plain = Resilience.builder();

    @Nullable
    String plainSetting;

    Continuation continuation = Continuation.off();
    Consumer<StreamReport> onEnd = report -> {};
    ContextCarrier carrier = ContextCarrier.detected();
    Observer observer = Observer.none();
    String model = "";
    OptionalInt maxTokens = OptionalInt.empty();

    ClientSettings(Provider provider) {
        this.provider = Objects.requireNonNull(provider, "provider");
    }

    /**
     * All of it, for the parts of a client.
     *
     * @throws IllegalStateException if a setting is there twice
     */
    ClientConfig config() {
        return new ClientConfig(
                provider,
                transport != null
                        ? transport
                        : JdkHttpTransport.builder()
                                .connectTimeout(timeouts.connect())
                                .build(),
                timeouts,
                limits,
                queueCapacity,
                queueBytes,
                time,
                resilience(),
                continuation,
                onEnd,
                new ServerCancellations(),
                carrier,
                observer,
                new RequestDefaults(model, maxTokens));
    }

    private Resilience resilience() {
        if (resilience != null && plainSetting != null) {
            throw new IllegalStateException(
                    plainSetting + " and resilience are both set; set it in Resilience.builder() alone");
        }
        return resilience == null ? plain.build() : resilience;
    }
}
