/**
 * What the tests share besides the scripted peer, which is in {@code lib/test-server}: a proxy that breaks connections, names
 * that hang, logs and threads to look at.
 */
@NullMarked
package dev.sluice.test.peer;

import org.jspecify.annotations.NullMarked;
