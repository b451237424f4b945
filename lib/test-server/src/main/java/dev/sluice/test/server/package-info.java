/**
 * A server that speaks the wires of three vendors' APIs and answers from a script, for tests and for programs that are to run
 * without a key and without a network.
 *
 * <p>Start with {@link dev.sluice.test.server.ScriptedServer}. What it says is an {@link dev.sluice.test.server.Answer}, how fast a
 * {@link dev.sluice.test.server.Pace}, and how it can fail a {@link dev.sluice.test.server.Fault}. A {@code Dialect} reads what is
 * asked and writes what is said. Threads: virtual ones, two for each connection. It knows nothing of the library, so it cannot share
 * a mistake with it.
 */
@NullMarked
package dev.sluice.test.server;

import org.jspecify.annotations.NullMarked;
