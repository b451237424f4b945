package dev.sluice.spring;

import dev.sluice.relay.http.RelayEndpointBuilder;

/** Sets what the properties have not: a bean of this type changes the relay's endpoint before it is built. Several are called in their order. */
@FunctionalInterface
public interface RelayEndpointCustomizer {

    /** Changes the builder. Called once, when the application starts. */
    void customize(RelayEndpointBuilder builder);
}
