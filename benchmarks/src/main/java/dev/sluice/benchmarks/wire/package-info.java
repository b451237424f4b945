/** The server that the compared clients talk to, and what it says. */
@NullMarked
package dev.sluice.benchmarks.wire;

import org.jspecify.annotations.NullMarked;
