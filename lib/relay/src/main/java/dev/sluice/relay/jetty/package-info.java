/**
 * The relay in Jetty 12, over server-sent events and WebSocket.
 *
 * <p>Start with {@link dev.sluice.relay.jetty.JettyRelay}. Threads: a virtual one for each request while it is handled; none for
 * a connection that is idle. Jetty is a dependency that an application without this package need not have.
 */
@NullMarked
package dev.sluice.relay.jetty;

import org.jspecify.annotations.NullMarked;
