/** Runs clients in processes of their own against a server in another, and writes down what that showed. */
@NullMarked
package dev.sluice.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
