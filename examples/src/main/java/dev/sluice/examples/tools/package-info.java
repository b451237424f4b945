/**
 * Tools to give to a model, and to read before writing one's own: each shows what a tool must mind that a model, and thus
 * whoever wrote what the model has read, decides what it is called with.
 *
 * <p>Start with {@link dev.sluice.examples.tools.ReadFile}. {@code AllowedRoot} says which files there are, {@code
 * AllowedHosts} and {@code PublicAddresses} say who may be asked. What is refused comes back to the model as an error that
 * says why. Threads: that of the call; {@link dev.sluice.examples.tools.FetchUrl} has another for the time of each call.
 */
@NullMarked
package dev.sluice.examples.tools;

import org.jspecify.annotations.NullMarked;
