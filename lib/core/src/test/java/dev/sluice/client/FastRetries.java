package dev.sluice.client;

import dev.sluice.resilience.RetryDefaults;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;

/** The rules of the official SDKs, without their patience. */
final class FastRetries {
    private FastRetries() {}

    static Retry quick() {
        RetryConfig config = RetryConfig.from(RetryDefaults.config())
                .intervalBiFunction(null)
                .intervalFunction(attempt -> 5L)
                .build();
        return Retry.of("quick", config);
    }
}
