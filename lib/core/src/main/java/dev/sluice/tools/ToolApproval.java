package dev.sluice.tools;

/** Decides whether a tool may run, before it does. */
@FunctionalInterface
public interface ToolApproval {

    /**
     * Looks at a call whose input is valid. Runs on the call's own thread, so it may wait for a person. It counts
     * neither against the tool's time nor against the calls that may run at once. It is interrupted when the run ends.
     *
     * @param tool what the model calls
     * @param context the call, with its input, the run's attributes, and progress for the run's consumer
     * @return the decision; null is none
     * @throws Exception if there is no decision; the tool does not run, and the model reads that it was not allowed
     */
    Verdict decide(Tool tool, ToolContext context) throws Exception;

    /** The decision. */
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

    /** It may not run, for this reason, which the model reads. */
    static Verdict deny(String reason) {
        return new Verdict.Denied(reason);
    }
}
