package dev.sluice.test.server;

import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;

/** OpenAI's Responses API. All that is not about answers is as with chat completions. */
final class ResponsesDialect implements Dialect {
    static final String ROOT = "/v1/responses";

    private final OpenAiDialect common = new OpenAiDialect();

    @Override
    public Asked asked(Call call) throws Refusal {
        if (!call.has("authorization")) {
            throw Refusal.noKey("authorization");
        }
        return switch (call.toString()) {
            case "POST " + ROOT -> new Asked.Answer(ResponsesRequests.read(call));
            case "POST " + ROOT + "/input_tokens" -> new Asked.Fact(tokens(ResponsesRequests.read(call)));
            default -> throw Refusal.notFound(call);
        };
    }

    private static JsonNode tokens(ParsedRequest request) {
        return Json.object().put("object", "response.input_tokens").put("input_tokens", request.tokens());
    }

    @Override
    public String requestId(SplittableRandom random) {
        return common.requestId(random);
    }

    @Override
    public Map<String, String> head(String requestId) {
        return common.head(requestId);
    }

    @Override
    public Map<String, String> limits(RateLimits.Left left) {
        return common.limits(left);
    }

    @Override
    public JsonNode whole(Reply reply) {
        return new ResponsesBodies(reply).whole();
    }

    @Override
    public Frames frames(Reply reply) {
        return new ResponsesFrames(reply);
    }

    @Override
    public Refused refused(Refusal refusal, String requestId) {
        return common.refused(refusal, requestId);
    }
}
