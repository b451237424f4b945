/** Sluice and its peers, behind one small interface. */
@NullMarked
package dev.sluice.benchmarks.client;

import org.jspecify.annotations.NullMarked;
