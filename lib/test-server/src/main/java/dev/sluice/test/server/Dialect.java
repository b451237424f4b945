package dev.sluice.test.server;

import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;

/**
 * One vendor's API: what its requests ask, and how its answers look. The requests and answers are the same in all of
 * them.
 */
interface Dialect {

    /** The dialect that a call is made in. Two have a list of models at the same path, but only Claude's callers name a version. */
    static Dialect of(Call call) {
        if (call.path().startsWith(InteractionsDialect.ROOT)) {
            return new InteractionsDialect();
        }
        if (call.path().startsWith(GeminiDialect.ROOT)) {
            return new GeminiDialect();
        }
        if (call.path().startsWith(ResponsesDialect.ROOT)) {
            return new ResponsesDialect();
        }
        boolean claudes = call.has(ClaudeDialect.VERSION) || call.path().startsWith(ClaudeDialect.MESSAGES);
        return claudes ? new ClaudeDialect() : new OpenAiDialect();
    }

    /** The kind of a call. */
    Asked asked(Call call) throws Refusal;

    /** A new id for a request. */
    String requestId(SplittableRandom random);

    /** The headers of every response. */
    Map<String, String> head(String requestId);

    /** The headers of an answer with the caller's limits. */
    Map<String, String> limits(RateLimits.Left left);

    /** The body of an answer that is not streamed. */
    JsonNode whole(Reply reply);

    /** Whether an answer can end with a word for a refusal. */
    default boolean tellsRefusals() {
        return true;
    }

    /** The frames of one that is. */
    Frames frames(Reply reply);

    /** The response for a call that gets no answer; its body also reports a failure in the middle of one. */
    Refused refused(Refusal refusal, String requestId);

    /** The kind of a call. */
    sealed interface Asked {
        /** The model shall answer. */
        record Answer(ParsedRequest request) implements Asked {}

        /** Something that no model need be asked. */
        record Fact(JsonNode body) implements Asked {}
    }

    /**
     * A response instead of an answer.
     *
     * @param status the HTTP status
     * @param headers besides those of every response
     * @param body what it says
     */
    record Refused(int status, Map<String, String> headers, JsonNode body) {}
}
