/**
 * A service that lets the public SSE contract tests drive an {@code SseClient}.
 *
 * <p>Start with {@link dev.sluice.examples.contract.ContractService}, the HTTP side; {@code ContractStream} is one client and
 * what is reported of it. Threads: one virtual thread per request, and one per client, on which it is read and reported.
 */
@NullMarked
package dev.sluice.examples.contract;

import org.jspecify.annotations.NullMarked;
