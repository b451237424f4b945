package dev.sluice.internal.budget;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;

/**
 * How many tokens content is likely to be, in quarters of a token, at the cost of a look at each character.
 *
 * <p>The rule of thumb is four letters to a token. Signs and digits share a token less often, and what takes more bytes in
 * UTF-8 takes more tokens, since vocabularies are made of byte pairs. {@link TokenCalibration} corrects what this gets wrong.
 */
final class TokenEstimator {
    static final double QUARTERS = 4;

    /**
     * What a call of a tool takes besides its name and input. In a fixture that Anthropic's client libraries share, a
     * sentence and a call with a short input come to 65 tokens, of which what is written explains some 25.
     */
    private static final long CALL = 40 * 4;

    private TokenEstimator() {}

    static long of(String text) {
        long quarters = 0;
        for (int i = 0; i < text.length(); i++) {
            quarters += of(text.charAt(i));
        }
        return quarters;
    }

    private static int of(char c) {
        if (c >= 0x80) {
            return c < 0x800 ? 2 : 4; // half of a surrogate pair counts like a whole character of three bytes
        }
        int letter = c | 0x20;
        return c == ' ' || (letter >= 'a' && letter <= 'z') ? 1 : 2;
    }

    /**
     * What the model wrote of a block that begins, save its thinking. What a tool of the provider's gave back is input
     * rather than output, and a citation costs nothing.
     */
    static long ofWords(ContentBlock block) {
        return switch (block) {
            case Text text -> of(text.text());
            case ToolUse call -> CALL + of(call.name()) + of(call.input());
            case ServerToolUse call -> CALL + of(call.name()) + of(call.input());
            default -> 0;
        };
    }

    /** What the model thought of a block that begins; hidden thoughts are taken to be as long as what hides them. */
    static long ofThinking(ContentBlock block) {
        return switch (block) {
            case Thinking thinking -> of(thinking.thinking());
            case RedactedThinking hidden -> hidden.data().length();
            default -> 0;
        };
    }
}
