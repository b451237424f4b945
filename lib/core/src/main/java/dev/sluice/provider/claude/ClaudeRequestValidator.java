package dev.sluice.provider.claude;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.provider.wire.ForeignHistory;
import dev.sluice.provider.wire.StrictSchema;
import dev.sluice.provider.wire.ToolNames;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request that {@link ClaudeRequestWriter} cannot express, whose answer this library cannot read, or that its
 * version of the API never takes. Names the field. A version never changes, but models do: their limits are for the
 * server to say. A field that the caller sets raw is not checked.
 */
final class ClaudeRequestValidator {
    /** The version that took the sampling parameters away, and with them some places where a block may be. */
    private static final String VERSION_2026_10_21 = "2026-10-21";

    /**
     * How many tokens an answer that is not streamed may have. Such an answer is given up after ten minutes, and Anthropic's
     * own clients reckon with 128 000 tokens in an hour.
     */
    private static final int MOST_WHOLE = 128_000 / 6;

    private final MessageRequest request;
    private final ClaudeEndpoint call;

    private ClaudeRequestValidator(MessageRequest request, ClaudeEndpoint call) {
        this.request = request;
        this.call = call;
    }

    /**
     * Checks a request.
     *
     * @param call what it is for
     * @param version the version of the API that the request names
     * @throws IllegalArgumentException if it is refused; the message names the field
     */
    static void check(MessageRequest request, ClaudeEndpoint call, String version) {
        var rules = new ClaudeRequestValidator(request, call);
        if (call.isAnswered()) {
            rules.answer();
        }
        if (!rules.isRaw("cache_control")) {
            request.cacheFor().ifPresent(ClaudeRequestValidator::timeToLive);
        }
        if (!rules.isRaw("output_config")) {
            request.outputSchema().ifPresent(ClaudeRequestValidator::outputSchema);
        }
        if (!rules.isRaw("tools")) {
            ToolNames.CLAUDE.check(request);
        }
        if (!rules.isRaw("messages")) {
            rules.messages();
        }
        if (version.equals(VERSION_2026_10_21)) {
            rules.version20261021();
        }
    }

    /** How the API spells how long something is kept in its cache. */
    static String timeToLive(Duration cacheFor) {
        if (cacheFor.equals(Duration.ofMinutes(5))) {
            return "5m";
        }
        if (cacheFor.equals(Duration.ofHours(1))) {
            return "1h";
        }
        throw wrong("cacheFor", cacheFor + ", but Claude keeps a prompt for 5 minutes or for 1 hour");
    }

    private static void outputSchema(String schema) {
        StrictSchema.openObject(schema).ifPresent(member -> {
            throw wrong(
                    "outputSchema",
                    member + " may have fields of any name; Claude takes objects with \"additionalProperties\": false"
                            + " alone, so make a map a list of records");
        });
        StrictSchema.recursion(schema).ifPresent(member -> {
            throw wrong("outputSchema", member + " has itself in it, which Claude does not take");
        });
    }

    private void answer() {
        if (request.maxTokens().isEmpty() && !isRaw("max_tokens")) {
            throw wrong("maxTokens", "Claude requires it; set the most tokens the answer may have");
        }
        boolean streamed = call == ClaudeEndpoint.STREAM;
        if (isRaw("stream") && !String.valueOf(streamed).equals(request.extra().get("stream"))) {
            throw wrong("stream", "is always " + streamed + " here");
        }
        int maxTokens = request.maxTokens().orElse(0);
        if (!streamed && maxTokens > MOST_WHOLE && !isRaw("max_tokens")) {
            throw wrong(
                    "maxTokens",
                    maxTokens + ", and an answer of more than " + MOST_WHOLE
                            + " tokens may take longer than Claude answers without streaming; stream it instead");
        }
    }

    /**
     * Parts that cannot be sent are left out. A request without a message would then be refused for a reason that
     * nobody can see.
     */
    private void messages() {
        if (ForeignHistory.of(request.messages(), Claude.NAME).stream().allMatch(ClaudeRequestValidator::isLeftOut)) {
            throw wrong("messages", "no message has content that can be sent");
        }
    }

    private static boolean isLeftOut(Message message) {
        return message.role() == Role.ASSISTANT
                && message.content().stream().noneMatch(ClaudeContentWriter::isReplayable);
    }

    private void version20261021() {
        if (call.isAnswered()) {
            takesNo("temperature", "temperature", request.temperature().isPresent());
            takesNo("topP", "top_p", request.topP().isPresent());
            takesNo("topK", "top_k", request.topK().isPresent());
        }
        List<Message> messages = isRaw("messages") ? List.of() : request.messages();
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            for (int j = 0; j < message.content().size(); j++) {
                String misplaced = misplaced(message.role(), message.content().get(j));
                if (misplaced != null) {
                    throw notTaken("messages[" + i + "].content[" + j + "]", misplaced);
                }
            }
        }
    }

    private void takesNo(String field, String wireName, boolean isSet) {
        if (isSet && !isRaw(wireName)) {
            throw notTaken(field, "no value, not even the default");
        }
    }

    private static @Nullable String misplaced(Role role, ContentBlock block) {
        return switch (block) {
            case Document document when role == Role.ASSISTANT -> "no document in an assistant message";
            case Text text when role == Role.USER && !text.citations().isEmpty() -> "no citations in a user message";
            default -> null;
        };
    }

    private boolean isRaw(String field) {
        return request.extra().containsKey(field);
    }

    private static IllegalArgumentException notTaken(String field, String what) {
        return wrong(
                field, "version " + VERSION_2026_10_21 + " of Claude's API takes " + what + "; 2023-06-01 may take it");
    }

    private static IllegalArgumentException wrong(String field, String why) {
        return new IllegalArgumentException(field + ": " + why);
    }
}
