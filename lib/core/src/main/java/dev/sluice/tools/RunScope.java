package dev.sluice.tools;

import dev.sluice.StreamController;
import dev.sluice.TimeSource;
import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.GuardedObservation;
import dev.sluice.observation.Observer.Operation;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The common state of one run's calls.
 *
 * @param settings what the run was started with
 * @param queue takes the events
 * @param permits one for each tool that may run at once
 * @param controller steers the run
 * @param remaining how much is left of the run's time; empty if it has no limit
 * @param context the context of all threads of the run
 * @param keys makes the keys of the calls
 * @param journal what the run writes itself down in; null if it does not
 * @param onCallEnd gets each call that has ended
 */
record RunScope(
        RunSettings settings,
        RunEventQueue queue,
        Semaphore permits,
        Supplier<StreamController> controller,
        Supplier<Optional<Duration>> remaining,
        Captured context,
        CallKeys keys,
        @Nullable JournaledRun journal,
        CallListener onCallEnd) {

    /** Gets the calls that have ended. Never blocks. */
    interface CallListener {
        /** A call has ended; or ended anew, after its turn was taken back, and before that it was another. */
        void ended(RunReport.@Nullable ToolCall before, RunReport.ToolCall now);
    }

    /** Reports to the observer that a tool is about to run. */
    GuardedObservation observe(Supplier<Operation> call) {
        return GuardedObservation.start(settings.client().observer(), call);
    }

    /** The clock and timer. */
    TimeSource time() {
        return settings.lifetime().time();
    }
}
