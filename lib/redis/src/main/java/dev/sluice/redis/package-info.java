/**
 * Keeps the events of runs in Redis, so that every machine of a fleet can serve every watcher.
 *
 * <p>Start with {@code RedisResumeLog}.
 */
@NullMarked
package dev.sluice.redis;

import org.jspecify.annotations.NullMarked;
