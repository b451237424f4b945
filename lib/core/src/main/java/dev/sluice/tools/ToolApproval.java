package dev.sluice.tools;

import dev.sluice.internal.json.Json;
import java.util.Map;

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

        /** A person says it some other time; see {@link ToolApproval#later}. */
        record Later() implements Verdict {}
    }

    /** The tool may run. */
    static Verdict allow() {
        return new Verdict.Allowed();
    }

    /** It may not run, for this reason, which the model reads. */
    static Verdict deny(String reason) {
        return new Verdict.Denied(reason);
    }

    /**
     * The decision comes some other time, also days later, as {@link RunJournal#answer}; {@link RunEvent.ApprovalAsked} tells the
     * question. The other calls go on meanwhile. When nothing but such calls is left, the run ends here, and goes on where it is claimed
     * after the answer. In a run without a {@linkplain ToolLoop.Builder#journal journal} it is a refusal.
     */
    static Verdict later() {
        return new Verdict.Later();
    }

    /**
     * A decision as the text that {@link RunJournal#answer} takes: {@code {"allowed":true}}, or {@code {"allowed":false,"reason":"…"}}.
     *
     * @throws IllegalArgumentException for {@link #later}
     */
    static String answer(Verdict decision) {
        return switch (decision) {
            case Verdict.Allowed allowed -> "{\"allowed\":true}";
            case Verdict.Denied(String reason) -> "{\"allowed\":false,\"reason\":" + Json.write(reason) + "}";
            case Verdict.Later later -> throw new IllegalArgumentException("decision: later is none");
        };
    }

    /**
     * The decision of such a text. A text that is none denies.
     *
     * @param answer what {@link #answer} has written, or somebody who knows its form
     */
    static Verdict decision(String answer) {
        try {
            Map<String, Object> fields = Json.readObject(answer);
            if (fields.get("allowed") instanceof Boolean allowed) {
                return allowed
                        ? allow()
                        : deny(fields.get("reason") instanceof String reason ? reason : "no reason was given");
            }
        } catch (IllegalArgumentException e) {
            // no decision
        }
        return deny("the answer was no decision");
    }
}
