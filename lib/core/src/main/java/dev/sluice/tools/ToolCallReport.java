package dev.sluice.tools;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one call of a tool came to, for metrics and accounts. It holds no word of the conversation.
 *
 * @param id the call
 * @param tool the tool, as the model names it
 * @param isError whether it failed, was refused, or was stopped
 * @param cause what the tool threw; null if it threw nothing
 * @param duration how long the tool ran, or was waited for; zero if it did not run
 */
public record ToolCallReport(
        String id, String tool, boolean isError, @Nullable Throwable cause, Duration duration) {}
