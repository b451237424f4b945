package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Failed;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.TimeSource;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Prices;
import dev.sluice.client.LlmClient;
import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.GuardedObservation;
import dev.sluice.internal.base.Throwables;
import dev.sluice.message.Usage;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Measures one run, and reports its end to its observer and its listeners. For any thread, except the end, which is the run's. */
final class RunRecorder {
    private final RunSettings settings;
    private final Transcript transcript;
    private final TimeSource time;
    private final long start;
    private final GuardedObservation observation;
    private final List<RunReport.ToolCall> calls = new CopyOnWriteArrayList<>();
    private volatile @Nullable Duration whole;

    /** A run that starts now, by this thread. */
    RunRecorder(RunSettings settings, Transcript transcript) {
        this.settings = settings;
        this.transcript = transcript;
        LlmClient client = settings.client();
        time = settings.lifetime().time();
        start = time.nanos();
        observation = GuardedObservation.start(
                client.observer(),
                () -> new Operation.Run(client.provider().name(), settings.name(), settings.request()));
    }

    /** A caller's context with the observed run in force inside it. */
    Captured in(Captured callers) {
        return observation.in(callers);
    }

    /** A call has ended, or ended anew; see {@link RunScope.CallListener}. The caller holds the queue. */
    void callEnded(RunReport.@Nullable ToolCall before, RunReport.ToolCall now) {
        int place = before == null ? -1 : calls.lastIndexOf(before);
        if (place < 0) {
            calls.add(now);
        } else {
            calls.set(place, now);
        }
    }

    /** What the run has come to so far. */
    RunReport.Metrics metrics() {
        Usage usage = transcript.usage();
        return new RunReport.Metrics(
                transcript.requests(),
                calls,
                usage,
                prices().map(prices -> prices.cost(usage)),
                duration(),
                transcript.modelTime());
    }

    /** The run has ended, and its thread is about to. Runs the caller's listeners. */
    void ended(EndReason end) {
        whole = Duration.ofNanos(time.nanos() - start);
        observation.end(() -> outcome(end));
        var unused = Thread.interrupted(); // it was for the run, and not for its listeners
        try {
            settings.onEnd()
                    .accept(new RunReport(
                            settings.client().provider().name(),
                            settings.request().model(),
                            settings.name(),
                            end,
                            metrics()));
        } catch (Throwable e) { // it is the caller's, and the run is over
            Throwables.warn(RunRecorder.class, "An onEnd listener of a run failed", e);
        }
    }

    /** The first request was refused on the caller's thread, so that there is no run. */
    void neverStarted(Throwable e) {
        StreamException failure = e instanceof StreamException known
                ? known
                : new ProtocolError("The run was not started: " + Throwables.describe(e), e);
        observation.end(() -> outcome(new Failed(failure)));
    }

    private Outcome outcome(EndReason end) {
        return new Outcome.Run(end, transcript.requests(), transcript.usage(), duration());
    }

    private Optional<Prices> prices() {
        Budget budget = settings.budget();
        return budget == null ? Optional.empty() : budget.prices();
    }

    /** From the start to the end, or to now. */
    private Duration duration() {
        Duration known = whole;
        return known != null ? known : Duration.ofNanos(time.nanos() - start);
    }
}
