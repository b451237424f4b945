/**
 * Opens one HTTP exchange and hands back status, headers and a closable byte stream.
 *
 * <p>Start with {@link dev.sluice.transport.HttpTransport}, the contract; {@link dev.sluice.transport.JdkHttpTransport}
 * keeps it with the JDK's HTTP client. What every transport needs stands beside it: {@link dev.sluice.transport.OpenTasks},
 * {@link dev.sluice.transport.ResponseHeads}, {@link dev.sluice.transport.ConnectFailures}. Threads: safe for any; blocks the caller's, which is a virtual one as a rule. May
 * use: {@code dev.sluice}.
 */
@NullMarked
package dev.sluice.transport;

import org.jspecify.annotations.NullMarked;
