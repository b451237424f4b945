package dev.sluice.message;

/**
 * Why a model stopped, in words that every provider shares. The vendor's own word stays beside it as a string
 * ({@link Message#stopReason()}), because that set is open.
 */
public enum FinishReason {
    /** The model was done, or met a stop sequence. */
    STOP,
    /** The answer met the output limit or the context window; what there is of it is cut. */
    LENGTH,
    /** The model waits for the results of the tools it called. */
    TOOL_CALLS,
    /** The answer was refused or withheld. */
    CONTENT_FILTER,
    /** A long turn was paused; send the content back unchanged to continue it. */
    PAUSE,
    /** Not finished yet, or finished for a reason this library does not know. */
    UNKNOWN
}
