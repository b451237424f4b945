package dev.sluice.provider.openai;

import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The models of OpenAI's that take tools over chat completions only if they do not think, or not at all. The API rejects
 * the request with a message about {@code reasoning_effort}, which does not help.
 */
final class OpenAiToolModels {
    private static final Pattern MODEL = Pattern.compile("gpt-([0-9]{1,3})(?:\\.([0-9]{1,3}))?(-.*)?");

    /** The models that always think. */
    private static final Pattern THINKS_ALWAYS = Pattern.compile("gpt-6-astra\\b.*|gpt-6\\.1-sol\\b.*");

    private OpenAiToolModels() {}

    /**
     * Checks a request that goes to OpenAI.
     *
     * @throws IllegalArgumentException if it has tools and its model does not take them
     */
    static void check(MessageRequest request) {
        String model = request.model();
        if (request.tools().isEmpty()) {
            return;
        }
        if (THINKS_ALWAYS.matcher(model).matches()) {
            throw new IllegalArgumentException("tools: " + model
                    + " takes none over chat completions; take OpenAi.builder(), which speaks the Responses API");
        }
        if (!isTaken(request)) {
            throw new IllegalArgumentException("tools: over chat completions " + model
                    + " takes them only with effort(\"none\"); to let it think take OpenAi.builder(), which speaks the"
                    + " Responses API");
        }
    }

    private static boolean isTaken(MessageRequest request) {
        Matcher model = MODEL.matcher(request.model());
        if (!model.matches() || "-chat-latest".equals(model.group(3))) {
            return true;
        }
        int major = Integer.parseInt(model.group(1));
        int minor = model.group(2) == null ? 0 : Integer.parseInt(model.group(2));
        boolean off = request.thinking().orElse(null) instanceof ThinkingMode.Off;
        String raw = request.extra().get("reasoning_effort");
        String effort = raw == null ? request.effort().orElse(off ? "none" : "") : raw.replace("\"", "");
        if (major == 5 && minor == 4) {
            return effort.isEmpty() || effort.equals("none"); // what it does by default
        }
        return major < 5 || (major == 5 && minor < 4) || effort.equals("none");
    }
}
