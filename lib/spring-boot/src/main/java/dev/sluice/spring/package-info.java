/**
 * Auto-configuration for Spring Boot 4: an {@link dev.sluice.client.LlmClient} by the properties {@code sluice.…}, and a {@link
 * dev.sluice.relay.Relay} that is mounted in the servlet container once there is a {@link dev.sluice.relay.RunFactory} bean. What the
 * properties have not, the customizers set.
 */
@NullMarked
package dev.sluice.spring;

import org.jspecify.annotations.NullMarked;
