package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.budget.Budget;
import dev.sluice.client.LlmClient;
import dev.sluice.internal.AutoClosingStream;
import dev.sluice.internal.CallbackErrors;
import dev.sluice.internal.PullIterator;
import dev.sluice.internal.base.Checks;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Conversation;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Usage;
import dev.sluice.tools.RunEvent.MessageDelta;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A run: the model answers, the tools that it calls are run, and it continues with their results, until it calls none.
 * All of that is one sequence of events to loop over, as {@link dev.sluice.client.MessageStream} is of one answer.
 *
 * <p>One thread consumes it, by iterating, by a {@code java.util.stream}, or by asking for the whole; on that thread handlers
 * are called. Another one that tries meanwhile, or a handler that does, gets an {@link IllegalStateException}. The methods
 * that consume block until the next event is there; a consumer that is slow holds up the model and the tools. If the thread
 * is interrupted the run is cancelled, its loop throws, and the interrupt is kept.
 *
 * <p>A run ends once, as a stream does. Complete: the loop ends. Cancelled by its caller, or at a limit of the caller's: the loop
 * ends too, and {@link #endReason} says why. Cancelled because its thread was interrupted or its client closed: the loop throws
 * {@link StreamException.Cancelled}. Failed: every event that was received comes first, then {@link RunEvent.StreamError}, then
 * the loop throws a {@link StreamException}. Another run may continue from its {@link #conversation}.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="run"}
 */
public final class ToolLoop implements ToolContext.InnerRun {
    final RunTask run;
    private final RunConsumer consumption;
    private final AtomicBoolean iterated = new AtomicBoolean();

    private ToolLoop(RunTask run, StreamController controller) {
        this.run = run;
        consumption = new RunConsumer(run, controller);
    }

    /** A run that is not started yet; {@link LlmClient#run} for one that needs no settings. */
    public static Builder builder(LlmClient client, MessageRequest request) {
        return new Builder(client, request);
    }

    /**
     * The events, one by one, as they come. A run is iterated once.
     *
     * @throws IllegalStateException if it is, or has been, iterated
     */
    @Override
    public Iterator<RunEvent> iterator() {
        if (!iterated.compareAndSet(false, true)) {
            throw new IllegalStateException("this run has been iterated; it can be only once");
        }
        return new PullIterator<>("the run", consumption::pull);
    }

    /** The events as a {@code java.util.stream}, closed with its terminal operation; see {@link #iterator()}. */
    public Stream<RunEvent> events() {
        return AutoClosingStream.of(iterator(), this::close);
    }

    /**
     * The words of all turns, piece by piece as they come; see {@link #events()}. With {@link Builder#retryTurns}, also words that
     * are taken back later.
     */
    public Stream<String> text() {
        return events().map(event -> event instanceof MessageDelta delta ? delta.text() : "")
                .filter(text -> !text.isEmpty());
    }

    /**
     * Adds a handler for one kind of event, or for every kind with {@code RunEvent.class}. It runs on the consuming thread;
     * what it throws ends the run and reaches the consumer.
     *
     * @return this
     */
    public <E extends RunEvent> ToolLoop on(Class<E> type, Consumer<? super E> handler) {
        consumption.handlers.add(type, Objects.requireNonNull(handler, "handler"), false);
        return this;
    }

    /** Adds a handler that is called once and then removed; see {@link #on}. */
    public <E extends RunEvent> ToolLoop once(Class<E> type, Consumer<? super E> handler) {
        consumption.handlers.add(type, Objects.requireNonNull(handler, "handler"), true);
        return this;
    }

    /** Removes a handler that was added, once if it was added several times. */
    public <E extends RunEvent> ToolLoop off(Class<E> type, Consumer<? super E> handler) {
        consumption.handlers.remove(type, handler);
        return this;
    }

    /**
     * Runs it to its end on this thread. Returns at once if it has ended.
     *
     * @throws StreamException if it failed, its thread was interrupted or its client closed; not if its caller cancelled it or
     *     it met a limit of the caller's
     */
    public void done() {
        consumption.consumeAll();
    }

    /**
     * Runs it to its end on this thread and returns the last turn's message.
     *
     * @throws StreamException if there is no such message for any reason; its {@code partial()} is the message so far. At
     *     the limit of turns it is {@link StreamException.LimitExceeded}, and that message has calls that were not run
     */
    @Override
    public Message finalMessage() {
        return consumption.finalMessage();
    }

    /** The words of {@link #finalMessage()}; empty if it has none. */
    public String finalText() {
        return finalMessage().text();
    }

    /**
     * Runs it to its end on this thread and returns the words of {@link #finalMessage()} as a record or bean; see {@link
     * dev.sluice.client.MessageStream#finalMessageAs}.
     */
    public <T> T finalMessageAs(Class<T> type) {
        Message whole = finalMessage();
        try {
            return whole.textAs(type);
        } catch (IllegalArgumentException e) {
            throw consumption.withPartial(new StreamException.ProtocolError(String.valueOf(e.getMessage()), e));
        }
    }

    /**
     * The conversation so far, ready to be continued. It has the request's conversation and each whole turn since,
     * together with the results of its calls. Once the run has ended, a call without a result gets one that says that
     * it was stopped, except at the limit of turns: {@link Conversation#unanswered} lists those calls. It may be ahead
     * of the consumer. For any thread.
     */
    public Conversation conversation() {
        return run.transcript.conversation(run.queue.isOver());
    }

    /** The turn that is being made, as far as it has come; between turns the last one. May be ahead of the consumer. For any thread. */
    public Message snapshot() {
        return run.transcript.snapshot();
    }

    /** The tokens of all turns of this run, the unfinished one and those that were taken back included. For any thread. */
    public Usage usage() {
        return run.transcript.usage();
    }

    /** How many requests the model was sent, turns that were asked again included. For any thread. */
    public int turns() {
        return run.transcript.requests();
    }

    /** Turns, calls, tokens, cost and times so far. For any thread. */
    public RunReport.Metrics metrics() {
        return run.recorder.metrics();
    }

    /** The calls whose tool was interrupted, because the run has ended or the tool's time was up, and still runs. For any thread. */
    public List<ToolUse> stillRunning() {
        return run.calls.stragglers().stream().map(ToolCallTask::use).toList();
    }

    /** The controller of this run. */
    public StreamController controller() {
        return consumption.controller;
    }

    /**
     * Stops the run: the consumer returns at once, what is queued is dropped, the model's connection is given up, tools that
     * run are interrupted. Does nothing after the end. For any thread; does not wait.
     */
    @Override
    public void cancel(String reason) {
        controller().cancel(reason);
    }

    /** Whether no more events will be delivered. */
    public boolean isEnded() {
        return endReason().isPresent();
    }

    /** Whether it ended with a failure. */
    public boolean isErrored() {
        return endReason().filter(EndReason::isFailure).isPresent();
    }

    /** Whether it was cancelled or met a limit of the caller's. */
    public boolean isAborted() {
        return endReason().filter(EndReason::isAbort).isPresent();
    }

    /** Whether it ended here to wait for people's answers, see {@link ToolApproval#later}; whoever claims it after one goes on. */
    public boolean isParked() {
        return run.isParked();
    }

    /** How the run ended; empty while events may still be delivered. */
    public Optional<EndReason> endReason() {
        return consumption.endReason();
    }

    /**
     * Cancels the run if it has not ended. Never waits for the server. It waits for interrupted tools, for 50 ms at
     * most, and then logs a warning that names those that still run. For any thread; a second call is harmless.
     */
    @Override
    public void close() {
        consumption.close();
        StragglerWait.to(run);
    }

    /** Collects the settings of a {@link ToolLoop}. Not for use by several threads. */
    public static final class Builder {
        private final LlmClient client;
        private final MessageRequest request;
        private final ToolSet tools = new ToolSet();
        private final RunOptions options = new RunOptions();
        private StreamController controller = StreamController.withCancellation();

        private Builder(LlmClient client, MessageRequest request) {
            this.client = Objects.requireNonNull(client, "client");
            this.request = Objects.requireNonNull(request, "request");
        }

        /** Tools that the model may call, beside those that were added before. */
        public Builder tools(Tool... tools) {
            return tools(List.of(tools));
        }

        /**
         * Tools that the model may call, beside those that were added before. Their definitions are added to those of the
         * request.
         *
         * @throws IllegalArgumentException if there is one of the same name
         */
        public Builder tools(Collection<Tool> tools) {
            tools.forEach(this.tools::add);
            return this;
        }

        /**
         * Bounds and stops the run. Its limit on time is that of the whole run, tools included. Its limit on chunks
         * counts the run's events. All its others are those of each turn.
         */
        public Builder controller(StreamController controller) {
            this.controller = Objects.requireNonNull(controller, "controller");
            return this;
        }

        /**
         * The budget of all turns together. Its alerts are called on the run's own thread; what they throw fails the
         * run.
         */
        public Builder budget(Budget budget) {
            options.budget = Objects.requireNonNull(budget, "budget");
            return this;
        }

        /**
         * How many requests the model is sent at most, without those that were lost with their process; 25 if nothing is set. The
         * tools that the last answer calls are not run.
         */
        public Builder maxTurns(int turns) {
            options.maxTurns = Checks.atLeast("maxTurns", turns, 1);
            return this;
        }

        /**
         * How often each turn that breaks off after it was shown is asked again; never if nothing is set. It applies after the
         * client's own retries and continuation, to their kinds of failures and with their delays, and each request counts as one
         * of {@link #maxTurns}. {@link RunEvent.TurnReset} takes back what the turn had said; what it cost stays counted. It is
         * not asked again after a cancel or at a limit of the caller's.
         *
         * <p>A tool that has started is not started again if the new answer makes the same call: same name, and the same input as
         * JSON. Its result is kept for that call, without a second approval or repair. If the new answer does not make that call,
         * {@link RunEvent.ToolOrphaned} reports it.
         */
        public Builder retryTurns(int times) {
            options.retryTurns = Checks.atLeast("retryTurns", times, 0);
            return this;
        }

        /**
         * How long each call of a tool may take if the tool has no limit of its own; a minute if nothing is set, zero
         * for no limit.
         */
        public Builder toolTimeout(Duration limit) {
            options.toolTimeout = Checks.notNegative("toolTimeout", limit, "no limit");
            return this;
        }

        /** How many tools run at once; 8 if nothing is set. */
        public Builder parallelism(int tools) {
            options.parallelism = Checks.atLeast("parallelism", tools, 1);
            return this;
        }

        /** Whether a tool starts while the model still speaks, as soon as its own call is complete; it does if nothing is set. */
        public Builder startEarly(boolean early) {
            options.startEarly = early;
            return this;
        }

        /** Sets the approval that decides whether a tool may run. Without one, all may. */
        public Builder approval(ToolApproval approval) {
            options.approval = Objects.requireNonNull(approval, "approval");
            return this;
        }

        /** Corrects invalid inputs; nothing does if nothing is set. */
        public Builder repair(InputRepair repair) {
            options.repair = Objects.requireNonNull(repair, "repair");
            return this;
        }

        /** Names the run in traces and metrics, as the agent that it is: few names, and no word of a user's. */
        public Builder name(String name) {
            options.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Makes the run durable: it goes on from what the claim has, which it delivers again from the beginning, and writes down what
         * it does. At its end it gives the claim up; if {@link #start} throws, the claim is still the caller's.
         */
        public Builder journal(RunJournal.Claim claim) {
            options.journal = Objects.requireNonNull(claim, "claim");
            return this;
        }

        /** Gives the run's tools and approval a value, which they get with {@link ToolContext#attribute}. */
        public <T> Builder attribute(ToolContext.Attribute<T> attribute, T value) {
            options.attributes = options.attributes.with(attribute, value);
            return this;
        }

        /**
         * Adds a listener that is called once when the run ends, for metrics and accounts. It runs on the run's thread, after the
         * consumer has been freed. Its exceptions are logged. Listeners accumulate, and each
         * is called even if another one throws.
         */
        public Builder onEnd(Consumer<RunReport> listener) {
            options.onEnd = CallbackErrors.inOrder(options.onEnd, Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** How many events may wait for a slow consumer before the model and the tools are held up; 256 if nothing is set. */
        public Builder queueCapacity(int events) {
            options.queueCapacity = Checks.atLeast("queueCapacity", events, 1);
            return this;
        }

        /**
         * How many bytes the events that wait for a slow consumer may have. Beyond that the model and the tools must
         * wait. 4 MiB if nothing is set. An event is never refused: the one that reaches the bound is queued as well,
         * however large it is.
         */
        public Builder queueBytes(long bytes) {
            options.queueBytes = Checks.atLeast("queueBytes", bytes, 1);
            return this;
        }

        /**
         * Starts the run. Returns at once: the model's answers are read, and tools are run, on virtual threads.
         *
         * @return the run, to be closed
         * @throws IllegalArgumentException if the provider surely rejects the request, or it has a tool of the same name as
         *     one of these; the message names it
         * @throws IllegalStateException if the client is closed, or the controller has something to steer already
         */
        public ToolLoop start() {
            RunSettings settings = options.settings(client, tools.addTo(request), tools.byName());
            var run = new RunTask(settings, controller);
            run.start(controller);
            return new ToolLoop(run, controller);
        }
    }
}
