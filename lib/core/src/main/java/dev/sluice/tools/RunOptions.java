package dev.sluice.tools;

import dev.sluice.budget.Budget;
import dev.sluice.client.LlmClient;
import dev.sluice.internal.EventQueue;
import dev.sluice.message.MessageRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The options that a {@link ToolLoop.Builder} collects, with their defaults. For one thread. */
final class RunOptions {
    @Nullable
    Budget budget;

    int maxTurns = 25;
    int retryTurns;
    Duration toolTimeout = Duration.ofMinutes(1);
    int parallelism = 8;
    boolean startEarly = true;
    ToolApproval approval = RunSettings.NoApproval.NONE;

    @Nullable
    InputRepair repair;

    int queueCapacity = 256;
    long queueBytes = EventQueue.DEFAULT_BYTES;

    @Nullable
    String name;

    RunJournal.@Nullable Claim journal;

    RunAttributes attributes = RunAttributes.NONE;
    Consumer<RunReport> onEnd = report -> {};

    /**
     * The settings of a run with these options.
     *
     * @param request has the tools' definitions in it
     */
    RunSettings settings(LlmClient client, MessageRequest request, Map<String, Tool> tools) {
        return new RunSettings(
                client,
                request,
                tools,
                budget,
                maxTurns,
                retryTurns,
                toolTimeout,
                parallelism,
                startEarly,
                approval,
                repair,
                queueCapacity,
                queueBytes,
                Optional.ofNullable(name),
                attributes,
                journal,
                onEnd);
    }
}
