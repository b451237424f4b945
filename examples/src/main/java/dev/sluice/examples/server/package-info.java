/**
 * The server that answers the examples if there is no key: the scripted server of {@code sluice-test-server}, with answers for each example.
 *
 * <p>Start with {@link dev.sluice.examples.server.DemoServer}. What it says is in {@code Answers}. A test of yours needs none of
 * this: it writes its own {@link dev.sluice.test.server.Answer}s.
 */
@NullMarked
package dev.sluice.examples.server;

import org.jspecify.annotations.NullMarked;
