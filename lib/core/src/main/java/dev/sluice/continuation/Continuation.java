package dev.sluice.continuation;

/**
 * Says whether the model is asked to continue an answer that broke off, and how often.
 *
 * <p>Continues answers that break off. The connection may break, go silent or end before the answer does, or the server
 * may report a passing error. Then the model is asked to continue the text so far, and its addition follows in the same
 * {@code MessageStream}. No text is lost or repeated, and there is one message with one id. Its usage is the sum of all
 * requests, reported again by a {@code MessageDelta} without a reason at each continuation. Each request costs the
 * prompt and the text so far again as input.
 *
 * <p>Only text can be continued. Some answers fail with the partial message instead: one that breaks inside a tool call
 * or inside its thinking, that holds a tool call already, or that must fit an output schema. So does one whose model,
 * when asked, does not continue at the cut; the original failure then has a suppressed
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
