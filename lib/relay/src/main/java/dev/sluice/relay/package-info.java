/**
 * Carries the events of runs to browsers, through lost connections too.
 *
 * <p>Start with {@link dev.sluice.relay.Relay}, then {@link dev.sluice.relay.ResumeLog} and
 * {@link dev.sluice.relay.EventSink}. This package knows no web server; the adapters are in packages of their own.
 * Threads: one virtual thread for each run, which consumes it. Each watcher has one while there is something to write
 * to it, and none while it is idle.
 */
@NullMarked
package dev.sluice.relay;

import org.jspecify.annotations.NullMarked;
