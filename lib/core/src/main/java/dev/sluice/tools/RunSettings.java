package dev.sluice.tools;

import dev.sluice.budget.Budget;
import dev.sluice.client.LlmClient;
import dev.sluice.internal.ClientLifetime;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.message.MessageRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a run, except its controller; see {@link ToolLoop.Builder}. The request has the tools' definitions in
 * it.
 */
record RunSettings(
        LlmClient client,
        MessageRequest request,
        Map<String, Tool> tools,
        @Nullable Budget budget,
        int maxTurns,
        int retryTurns,
        Duration toolTimeout,
        int parallelism,
        boolean startEarly,
        ToolApproval approval,
        @Nullable InputRepair repair,
        int queueCapacity,
        long queueBytes,
        Optional<String> name,
        RunAttributes attributes,
        RunJournal.@Nullable Claim journal,
        Consumer<RunReport> onEnd) {

    /** All tools may run. */
    enum NoApproval implements ToolApproval {
        /** The only one. */
        NONE;

        @Override
        public Verdict decide(Tool tool, ToolContext context) {
            return ToolApproval.allow();
        }
    }

    /** Whether somebody decides which tools may run. */
    boolean asks() {
        return !(approval instanceof NoApproval);
    }

    /** The client's clock, and when it is closed. */
    ClientLifetime lifetime() {
        return InternalParts.of(client, ClientLifetime.class);
    }
}
