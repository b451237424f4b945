/**
 * Opens HTTP exchanges with Apache HttpClient 5, over blocking sockets: for many streams at once, or fast ones.
 *
 * <p>Start with {@link dev.sluice.transport.apache.ApacheHttpTransport}. Threads: safe for any; blocks the caller's. May use:
 * {@code transport}, {@code control}.
 */
@NullMarked
package dev.sluice.transport.apache;

import org.jspecify.annotations.NullMarked;
