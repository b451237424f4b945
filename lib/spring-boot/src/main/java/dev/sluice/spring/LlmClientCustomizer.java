package dev.sluice.spring;

import dev.sluice.client.LlmClient;

/** Sets what the properties have not: a bean of this type changes the client that the properties set before it is built. Several are called in their order. */
@FunctionalInterface
public interface LlmClientCustomizer {

    /** Changes the builder. Called once, when the application starts. */
    void customize(LlmClient.Builder builder);
}
