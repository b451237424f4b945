package dev.sluice.observation;

import dev.sluice.EndReason;
import dev.sluice.StreamException;
import dev.sluice.context.ContextCarrier;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ToolDefinition;
import dev.sluice.message.Usage;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes traces and metrics of a client's streams, runs and tool calls: {@code LlmClient.Builder.observer} takes one. {@code
 * sluice-opentelemetry} and {@code StreamMeters.ofRuns} have observers.
 *
 * <p>Called by many threads at once. Must not block: it would hold up the operation that it observes. Its exceptions are logged and
 * have no other effect.
 */
@FunctionalInterface
public interface Observer {

    /**
     * An operation begins. Called on the thread that starts it: the caller's for a stream, a {@code send} or a run, one of the run's
     * for its later turns and its tools. The observation of the run is in force there, as is the caller's context.
     *
     * @return observes the rest of it; {@link Observation#none()} if nothing shall
     */
    Observation start(Operation operation);

    /**
     * A text that names the context of this thread, such as a {@code traceparent}. A relay keeps it for each run, and gives it
     * back in {@link Operation.Watch}.
     */
    default Optional<String> origin() {
        return Optional.empty();
    }

    /** Observes nothing. */
    static Observer none() {
        return NoObserver.INSTANCE;
    }

    /** Calls this one, and then the other one, even if one of them throws. */
    default Observer and(Observer other) {
        Objects.requireNonNull(other, "other");
        return this instanceof NoObserver
                ? other
                : other instanceof NoObserver ? this : new ObserverList(List.of(this, other));
    }

    /**
     * An operation that begins. A request holds the whole conversation, and a call its input. An observer that shows them shows
     * words of the conversation.
     */
    sealed interface Operation {

        /**
         * One answer of a model, retries and continuations included.
         *
         * @param provider the provider's name
         * @param server the address that is asked, without user, path and query
         * @param request the request
         * @param streamed whether the answer is streamed
         */
        record Chat(String provider, URI server, MessageRequest request, boolean streamed) implements Operation {}

        /**
         * A run of a model and its tools.
         *
         * @param provider the provider's name
         * @param name the application's name for the run; empty if it gave none
         * @param request the first request
         */
        record Run(String provider, Optional<String> name, MessageRequest request) implements Operation {}

        /**
         * A tool runs: its input is valid, and it was approved.
         *
         * @param call the call
         * @param tool how the tool is described to the model
         */
        record ToolCall(ToolUse call, ToolDefinition tool) implements Operation {}

        /**
         * A client of a relay watches a run.
         *
         * @param resumed whether it says that it has seen something of the run before
         * @param origin the result of {@link Observer#origin} where the run was started, such as a {@code traceparent}; empty if it gave
         *     nothing, or the run was started on another machine
         */
        record Watch(boolean resumed, Optional<String> origin) implements Operation {}
    }

    /**
     * One operation that is observed. {@link #run} is in force around all of the operation's code, so that a span can be the current
     * one there; it may be called on several threads at once. {@link #step} is called inside it, and {@link #end} on one of
     * the operation's threads.
     */
    interface Observation extends ContextCarrier.Captured {

        /** Runs a part of the operation on this thread: as it is, unless overridden. */
        @Override
        default void run(Runnable code) {
            code.run();
        }

        /** Something has happened. */
        default void step(Step step) {}

        /** The operation is over. Called once, last. */
        default void end(Outcome outcome) {}

        /** Observes nothing. */
        static Observation none() {
            return NoObservation.INSTANCE;
        }
    }

    /** What happens in a {@link Operation.Chat}. */
    sealed interface Step {

        /**
         * A request is about to be sent.
         *
         * @param number which one of the stream, from 1
         */
        record Attempt(int number) implements Step {}

        /**
         * The head of a response is there.
         *
         * @param status the HTTP status
         * @param requestId the provider's id of the request, if it gave one
         */
        record Response(int status, Optional<String> requestId) implements Step {}

        /**
         * The first content is there.
         *
         * @param since the time from the stream's start
         */
        record FirstToken(Duration since) implements Step {}

        /**
         * A request failed and is sent again.
         *
         * @param number which retry of the stream, from 1
         * @param delay how long it waits before that
         * @param failure why
         */
        record Retry(int number, Duration delay, StreamException failure) implements Step {}

        /**
         * The connection of an answer that the server keeps was lost, and the rest of the answer is asked for.
         *
         * @param number which one of the stream, from 1
         * @param delay how long it waits before that
         * @param failure why
         */
        record Resume(int number, Duration delay, StreamException failure) implements Step {}

        /**
         * The answer broke off, and the model is asked to continue it.
         *
         * @param number which continuation of the stream, from 1
         * @param failure why
         */
        record Continuation(int number, StreamException failure) implements Step {}
    }

    /** How an {@link Operation} ended. */
    sealed interface Outcome {

        /**
         * A {@link Operation.Chat} has ended.
         *
         * @param end how
         * @param model the model that answered; null if none did
         * @param messageId the provider's id of the answer; null if it gave none
         * @param finish why the model stopped; {@code UNKNOWN} if it did not, or is not known to
         * @param usage its tokens, as far as the provider has said
         * @param timeToFirstEvent from the start to the first event that is no ping; null if none came
         * @param duration from the start to the end
         * @param retries how many requests were sent again
         * @param continuations how many times the answer was continued
         */
        record Chat(
                EndReason end,
                @Nullable String model,
                @Nullable String messageId,
                FinishReason finish,
                Usage usage,
                @Nullable Duration timeToFirstEvent,
                Duration duration,
                int retries,
                int continuations)
                implements Outcome {}

        /**
         * A {@link Operation.Run} has ended.
         *
         * @param end how
         * @param turns how many requests the model was sent
         * @param usage the tokens of all turns
         * @param duration from the start to the end
         */
        record Run(EndReason end, int turns, Usage usage, Duration duration) implements Outcome {}

        /**
         * A {@link Operation.ToolCall} has ended.
         *
         * @param failure {@link ToolFailure#NONE} if the tool gave a result
         * @param cause the tool's exception; empty if it threw none
         * @param duration how long it ran, or was waited for
         */
        record ToolCall(ToolFailure failure, Optional<Throwable> cause, Duration duration) implements Outcome {}

        /**
         * A {@link Operation.Watch} has ended.
         *
         * @param cause why, in one word
         */
        record Watch(String cause) implements Outcome {}

        /** Whether a tool failed, and how. */
        enum ToolFailure {
            /** It gave a result. */
            NONE,
            /** It threw an exception. */
            THROWN,
            /** It gave a result that says that it failed. */
            REPORTED,
            /** It was stopped, because it took too long or the run ended. */
            STOPPED
        }
    }
}
