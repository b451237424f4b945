package dev.sluice.provider.gemini;

import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Ids for what Gemini gives none: an answer without {@code responseId}, a call without {@code id}. They show that they are
 * ours, for they are not sent back to it.
 */
final class GeminiIds {
    private static final String OURS = "sluice_";
    /** A mark that other providers' ids do not have. */
    private static final Pattern UNUSUAL = Pattern.compile("[^A-Za-z0-9_-]");

    private GeminiIds() {}

    /** An id of an answer. */
    static String answer() {
        return OURS + UUID.randomUUID();
    }

    /** The id of the call that is a block of an answer; the same each time the answer is read. */
    static String call(String answer, int index) {
        String id = UNUSUAL.matcher(answer).replaceAll("_") + "_" + index;
        return id.startsWith(OURS) ? id : OURS + id;
    }

    /** Whether an id is one that somebody else has given. */
    static boolean isGiven(String id) {
        return !id.isEmpty() && !id.startsWith(OURS);
    }
}
