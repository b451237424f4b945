/** How late and how dear the relay is, with many watchers: a server in a process of its own, and the browsers in another. */
@NullMarked
package dev.sluice.benchmarks.relay;

import org.jspecify.annotations.NullMarked;
