package dev.sluice.client;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.internal.StreamFailures;
import dev.sluice.internal.base.Checks;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import java.util.function.Function;

/** Asks for an answer in the form of a class, and again if it does not fit and may be repaired. */
final class TypedAnswer {
    private TypedAnswer() {}

    /**
     * The answer as a value.
     *
     * @param asked names the form of the answer
     * @param read reads an answer, and throws {@link IllegalArgumentException} if it does not fit
     * @param repairs how often the model may correct its answer
     * @param send sends a request and waits for its answer
     * @throws ProtocolError if the last answer does not fit; its {@code partial()} is that answer
     */
    static <T> T of(
            MessageRequest asked, Function<Message, T> read, int repairs, Function<MessageRequest, Message> send) {
        MessageRequest request = asked;
        for (int left = Checks.atLeast("repairs", repairs, 0); ; left--) {
            Message answer = send.apply(request);
            try {
                return read.apply(answer);
            } catch (IllegalArgumentException problem) {
                if (left == 0 || answer.finishReason() != FinishReason.STOP) { // a cut answer would be cut again
                    var unfit = new ProtocolError(String.valueOf(problem.getMessage()), problem);
                    throw StreamFailures.withPartial(unfit, answer, null);
                }
                request = corrected(request, answer, problem);
            }
        }
    }

    private static MessageRequest corrected(MessageRequest request, Message answer, RuntimeException problem) {
        return request.toBuilder()
                .message(answer)
                .user(problem.getMessage() + "\nAnswer again, with the corrected JSON alone.")
                .build();
    }
}
