/**
 * A server that speaks the wires of three vendors' APIs and answers from a script. It is for tests, and for programs
 * that run without a key and without a network.
 *
 * <p>Start with {@link dev.sluice.test.server.ScriptedServer}. Its answers are {@link dev.sluice.test.server.Answer}s,
 * their speed is a {@link dev.sluice.test.server.Pace}, and their failures are {@link dev.sluice.test.server.Fault}s. A
 * {@code Dialect} reads what is asked and writes what is said. Threads: virtual ones, two for each connection. It knows
 * nothing of the library, so it cannot share a mistake with it.
 */
@NullMarked
package dev.sluice.test.server;

import org.jspecify.annotations.NullMarked;
