package dev.sluice.spring;

import dev.sluice.relay.Relay;

/** Sets what the properties have not: a bean of this type changes the relay before it is built. Several are called in their order. */
@FunctionalInterface
public interface RelayCustomizer {

    /** Changes the builder. Called once, when the application starts. */
    void customize(Relay.Builder builder);
}
