package dev.sluice.internal.base;

import java.nio.charset.StandardCharsets;

/** Checks the arguments that callers give to a run journal. */
public final class JournalInput {
    private static final int LONGEST_ID = 200;
    private static final int LONGEST_ANSWER = 64 << 10;

    private JournalInput() {}

    /**
     * Checks the name of a run that is claimed.
     *
     * @throws IllegalArgumentException if it is empty, too long, or has half a surrogate pair
     */
    public static String runId(String runId) {
        if (runId.isEmpty() || runId.length() > LONGEST_ID) {
            throw new IllegalArgumentException(
                    "runId: has " + runId.length() + " characters, and must have 1 to " + LONGEST_ID);
        }
        if (!isWellFormed(runId)) {
            throw new IllegalArgumentException("runId: has half a surrogate pair, which no encoding keeps");
        }
        return runId;
    }

    /** Whether each surrogate in a run's name is one of a pair. */
    public static boolean isWellFormed(String runId) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(runId);
    }

    /**
     * Checks an answer to a question of a run.
     *
     * @throws IllegalArgumentException if it is too long
     */
    public static String answer(String answer) {
        if (answer.length() > LONGEST_ANSWER) {
            throw new IllegalArgumentException(
                    "answer: has " + answer.length() + " characters, and must have at most " + LONGEST_ANSWER);
        }
        return answer;
    }
}
