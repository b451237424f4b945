/**
 * Opens one HTTP exchange and returns status, headers and a closable byte stream.
 *
 * <p>Start with {@link dev.sluice.transport.HttpTransport}, the contract; {@link dev.sluice.transport.JdkHttpTransport}
 * keeps it with the JDK's HTTP client. Threads: safe for any number; an exchange blocks the thread that reads it. Uses:
 * {@code dev.sluice}.
 */
@NullMarked
package dev.sluice.transport;

import org.jspecify.annotations.NullMarked;
