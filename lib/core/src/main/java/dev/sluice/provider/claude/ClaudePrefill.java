package dev.sluice.provider.claude;

import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import java.util.Collections;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which requests may end with the beginning of the answer. Anthropic's notes on Claude 4.6 end it for that model and
 * all after it. So a model that is not known to be older does not take it. None does with thinking, nor with an output
 * schema.
 */
final class ClaudePrefill {
    private static final Pattern OLDER = Pattern.compile("claude-(3-.+|(opus|sonnet|haiku)-4(-[0-5])?(-[0-9]{8})?)");

    /** Fields that decide it, or that the conversation is in, if the caller sets them raw: then nobody knows. */
    private static final Set<String> DECISIVE =
            Set.of("model", "messages", "thinking", "output_config", "output_format");

    private ClaudePrefill() {}

    static boolean isTaken(MessageRequest request) {
        return OLDER.matcher(request.model()).matches()
                && request.thinking().orElse(new ThinkingMode.Off()) instanceof ThinkingMode.Off
                && request.outputSchema().isEmpty()
                && Collections.disjoint(request.extra().keySet(), DECISIVE);
    }
}
