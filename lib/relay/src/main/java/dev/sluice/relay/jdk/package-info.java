/**
 * The relay in the JDK's own web server: server-sent events without a dependency, for small programs and tests.
 *
 * <p>Start with {@link dev.sluice.relay.jdk.JdkRelay}. Threads: a virtual one for each request, and for as long as its stream
 * lasts. That server does not report that a client is gone: the next heartbeat does, or
 * {@link dev.sluice.relay.http.HalfOpenDetector}.
 */
@NullMarked
package dev.sluice.relay.jdk;

import org.jspecify.annotations.NullMarked;
