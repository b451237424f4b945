/**
 * A small server that speaks the wires of three vendors' APIs and answers from a script, so that every example runs without
 * a key and without a network.
 *
 * <p>Start with {@link dev.sluice.examples.server.ScriptedServer}. What it says is in {@code Answers}, how fast in
 * {@link dev.sluice.examples.server.Pace}, and how it can fail in {@link dev.sluice.examples.server.Fault}. A
 * {@code Dialect} reads what is asked and writes what is said; {@code Request} and {@code Script} know no vendor. Threads:
 * one virtual thread per request. It knows nothing of the library, so it cannot share a mistake with it.
 */
@NullMarked
package dev.sluice.examples.server;

import org.jspecify.annotations.NullMarked;
