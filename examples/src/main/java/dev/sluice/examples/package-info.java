/**
 * What one does with Sluice: a short class for each, to read and to run.
 *
 * <p>Start with {@link dev.sluice.examples.Quickstart}. Each runs with {@code mvn -q -Pdemo -Dmain=dev.sluice.examples.X},
 * without a key: {@code Demo} then puts a scripted server in the place of the API, and {@code -Dargs="--provider gemini"} says
 * of which. Threads: those of the library, save in {@link dev.sluice.examples.Chat}, {@link
 * dev.sluice.examples.CancelAndLimits} and {@link dev.sluice.examples.SseContractService}, which is no example but a service
 * that tests are run against.
 */
@NullMarked
package dev.sluice.examples;

import org.jspecify.annotations.NullMarked;
