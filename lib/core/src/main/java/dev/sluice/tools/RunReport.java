package dev.sluice.tools;

import dev.sluice.EndReason;
import java.util.Optional;

/**
 * What is known of a run when it has ended, for metrics and accounts. It holds no word of the conversation.
 *
 * @param provider the provider's name
 * @param requestedModel the model that was asked for
 * @param name what the application calls the run; empty if it gave no name
 * @param end how it ended
 * @param metrics its turns, calls, tokens, cost and times
 */
public record RunReport(
        String provider, String requestedModel, Optional<String> name, EndReason end, RunMetrics metrics) {}
