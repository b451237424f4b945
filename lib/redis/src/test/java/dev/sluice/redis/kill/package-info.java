/** Kills the nodes of a fleet while they run durable runs, and looks at what their watchers and the tools' effects say. */
@NullMarked
package dev.sluice.redis.kill;

import org.jspecify.annotations.NullMarked;
