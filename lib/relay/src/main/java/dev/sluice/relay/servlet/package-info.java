/**
 * The relay in any servlet container of Servlet 6.1: server-sent events, without WebSocket.
 *
 * <p>Start with {@link dev.sluice.relay.servlet.ServletRelay}. Threads: the container's while a request is handled; none for a
 * connection that is idle. The container reports that a client is gone when something is written to it: the next event or
 * heartbeat does, or {@link dev.sluice.relay.http.HalfOpenDetector}. The servlet API is a dependency that an application without
 * this package need not have.
 */
@NullMarked
package dev.sluice.relay.servlet;

import org.jspecify.annotations.NullMarked;
