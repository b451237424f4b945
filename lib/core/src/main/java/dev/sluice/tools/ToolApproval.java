package dev.sluice.tools;

/** Decides whether a tool may run, before it does. */
@FunctionalInterface
public interface ToolApproval {

    /**
     * Looks at a call whose input is valid. Runs on the call's own thread, which counts neither against the tool's time nor
     * against the calls that may run at once, so it may wait for a person; it is interrupted when the run ends.
     *
     * @param tool what the model calls
     * @param context the call, with its input, what the application gave the run, and progress to be shown to who watches
     * @return the decision; null is none
     * @throws Exception if there is no decision; the tool does not run, and the model is told that it was not allowed
     */
    Verdict decide(Tool tool, ToolContext context) throws Exception;

    /** What was decided. */
    sealed interface Verdict {
        /** The tool may run. */
        record Allowed() implements Verdict {}

        /**
         * It may not.
         *
         * @param reason why, for the model to read
         */
        record Denied(String reason) implements Verdict {}
    }

    /** The tool may run. */
    static Verdict allow() {
        return new Verdict.Allowed();
    }

    /** It may not, for this reason, which the model is told. */
    static Verdict deny(String reason) {
        return new Verdict.Denied(reason);
    }
}
