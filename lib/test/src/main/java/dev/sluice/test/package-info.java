/**
 * For tests of programs that use Sluice.
 *
 * <p>Start with {@link dev.sluice.test.ScriptedServerExtension}, which gives each JUnit test a
 * {@link dev.sluice.test.server.ScriptedServer}. {@link dev.sluice.test.InMemoryTransport} answers without a socket.
 * {@link dev.sluice.test.RecordingTransport} writes what a real server sends to a file, and {@link dev.sluice.test.Recording} replays
 * it. Threads: virtual ones, gone when the transport is closed. May use: {@code dev.sluice.transport}.
 */
@NullMarked
package dev.sluice.test;

import org.jspecify.annotations.NullMarked;
