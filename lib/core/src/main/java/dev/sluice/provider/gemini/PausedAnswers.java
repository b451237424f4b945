package dev.sluice.provider.gemini;

import dev.sluice.message.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers at the end of a conversation that the service paused. The same request as before, with the token of the last
 * answer, continues it. The service knows the answer so far.
 */
final class PausedAnswers {
    private PausedAnswers() {}

    /** The messages before the paused answers, which are all if the last one is no such answer. */
    static List<Message> without(List<Message> messages, String reason, String token) {
        int end = messages.size();
        while (end > 0 && isPaused(messages.get(end - 1), reason, token)) {
            end--;
        }
        return messages.subList(0, end);
    }

    /** The token that continues the last message, as raw JSON; null if it is no paused answer. */
    static @Nullable String token(List<Message> messages, String reason, String token) {
        boolean isPaused = !messages.isEmpty() && isPaused(messages.getLast(), reason, token);
        return isPaused ? messages.getLast().extra().get(token) : null;
    }

    private static boolean isPaused(Message message, String reason, String token) {
        return reason.equals(message.stopReason()) && message.extra().containsKey(token);
    }
}
