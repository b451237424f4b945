package dev.sluice.provider.wire;

import dev.sluice.message.MessageRequest;
import dev.sluice.message.ToolDefinition;
import java.util.List;
import java.util.regex.Pattern;

/** What a provider allows as the name of a caller's tool. */
public enum ToolNames {
    /** Claude's. */
    CLAUDE("[A-Za-z0-9_-]{1,128}", "1 to 128 letters, digits, _ and -"),
    /** OpenAI's. */
    OPENAI("[A-Za-z0-9_-]{1,64}", "1 to 64 letters, digits, _ and -"),
    /** Gemini's. */
    GEMINI(
            "[A-Za-z_][A-Za-z0-9_.:-]{0,127}",
            "1 to 128 letters, digits and the signs _ . : - and begin with a letter or _");

    private final Pattern allowed;
    private final String words;

    ToolNames(String allowed, String words) {
        this.allowed = Pattern.compile(allowed);
        this.words = words;
    }

    /**
     * Checks the tools that have a schema: those of the caller. The provider's own have the names that it gives them.
     *
     * @throws IllegalArgumentException if the provider surely rejects one; the message names it
     */
    public void check(MessageRequest request) {
        List<ToolDefinition> tools = request.tools();
        for (int i = 0; i < tools.size(); i++) {
            String name = tools.get(i).name();
            if (tools.get(i).inputSchema() != null && !allowed.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "tools[" + i + "].name: '" + Excerpt.of(name) + "', must be " + words);
            }
        }
    }
}
