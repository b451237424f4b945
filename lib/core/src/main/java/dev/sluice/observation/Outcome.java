package dev.sluice.observation;

import dev.sluice.EndReason;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Usage;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How an {@link Operation} ended. */
public sealed interface Outcome {

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
     * @param cause what the tool threw; empty if it threw nothing
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
