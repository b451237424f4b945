package dev.sluice.continuation;

/**
 * Says whether the model is asked to continue an answer that broke off, and how often.
 *
 * <p>When the connection of a stream breaks, goes silent or ends before the answer does, or the server reports a passing
 * error in the middle of it, the model is asked to go on from the text that has come, and what it adds follows in the same
 * {@code MessageStream}: nothing lost, nothing twice, one message with one id. Its usage is the sum of all requests, told
 * anew by a {@code MessageDelta} without a reason whenever it goes on: each request costs the prompt and the text so far
 * again as input.
 *
 * <p>Only text can be continued. An answer that breaks inside a tool call or inside its thinking, that holds a tool call
 * already, or that must fit an output schema fails with what there is. So does one whose model, when asked, does not go on
 * from the cut; the failure that broke the answer then has a suppressed
 * {@link dev.sluice.StreamException.ProtocolError}.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="continuation"}
 */
public final class Continuation {
    private static final Continuation OFF = new Continuation(0);

    private final int times;

    private Continuation(int times) {
        this.times = times;
    }

    /** An answer that breaks off fails. */
    public static Continuation off() {
        return OFF;
    }

    /**
     * Asks the model to continue an answer that breaks off. No text is lost or repeated.
     *
     * @param times how many requests may be sent for it after the first, at least 1; their own retries do not count
     */
    public static Continuation upTo(int times) {
        if (times < 1) {
            throw new IllegalArgumentException("times: " + times + ", must be at least 1; off() is for none");
        }
        return new Continuation(times);
    }

    /** How many requests may be sent for an answer after the first; 0 if it is off. */
    public int times() {
        return times;
    }

    @Override
    public String toString() {
        return times == 0 ? "Continuation[off]" : "Continuation[upTo=" + times + "]";
    }
}
