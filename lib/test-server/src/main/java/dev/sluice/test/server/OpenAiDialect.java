package dev.sluice.test.server;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's chat completions and its list of models. It does not count tokens. */
final class OpenAiDialect implements Dialect {
    private static final List<Model> MODELS = List.of(
            new Model("gpt-6.1-sol", "", 0, 0), new Model("gpt-6-luna", "", 0, 0), new Model("gpt-5.4", "", 0, 0));

    @Override
    public Asked asked(Call call) throws Refusal {
        if (!call.has("authorization")) {
            throw Refusal.noKey("authorization");
        }
        return switch (call.toString()) {
            case "POST /v1/chat/completions" -> new Asked.Answer(OpenAiRequests.read(call));
            case "GET /v1/models" -> new Asked.Fact(models());
            default -> throw Refusal.notFound(call);
        };
    }

    /** All on one page, and nothing of their limits. */
    private static JsonNode models() {
        ObjectNode body = Json.object().put("object", "list");
        var list = body.putArray("data");
        for (Model model : MODELS) {
            list.addObject()
                    .put("id", model.id())
                    .put("object", "model")
                    .put("created", OpenAiBodies.CREATED)
                    .put("owned_by", "system");
        }
        return body;
    }

    @Override
    public String requestId(SplittableRandom random) {
        return Ids.of("req_", 32, random);
    }

    @Override
    public Map<String, String> head(String requestId) {
        return Map.of("x-request-id", requestId, "openai-version", "2020-10-01");
    }

    @Override
    public Map<String, String> limits(RateLimits.Left left) {
        var headers = new LinkedHashMap<String, String>();
        limit(headers, "requests", RateLimits.ALL.requests(), left.requests());
        limit(headers, "tokens", RateLimits.ALL.tokens(), left.tokens());
        return headers;
    }

    private static void limit(Map<String, String> headers, String what, long limit, long left) {
        headers.put("x-ratelimit-limit-" + what, Long.toString(limit));
        headers.put("x-ratelimit-remaining-" + what, Long.toString(left));
        headers.put("x-ratelimit-reset-" + what, RateLimits.WINDOW_SECONDS / 60 + "m0s");
    }

    @Override
    public JsonNode whole(Reply reply) {
        return new OpenAiBodies(reply).whole();
    }

    @Override
    public Frames frames(Reply reply) {
        return new OpenAiFrames(reply);
    }

    @Override
    public Refused refused(Refusal refusal, String requestId) {
        return switch (refusal.reason()) {
            case INVALID -> error(400, "invalid_request_error", refusal, null);
            case NO_KEY -> error(401, "invalid_request_error", refusal, "invalid_api_key");
            case NOT_FOUND -> error(404, "invalid_request_error", refusal, "unknown_url");
            case OVERLOADED -> error(503, "server_error", refusal, null);
            case SCRIPTED -> scripted(refusal.status(), refusal);
        };
    }

    private static Refused scripted(int status, Refusal refusal) {
        return switch (status) {
            case 401 -> error(status, "invalid_request_error", refusal, "invalid_api_key");
            case 429 -> error(status, "requests", refusal, "rate_limit_exceeded");
            default -> error(status, status < 500 ? "invalid_request_error" : "server_error", refusal, null);
        };
    }

    private static Refused error(int status, String type, Refusal refusal, @Nullable String code) {
        ObjectNode body = Json.object();
        body.putObject("error")
                .put("message", refusal.getMessage())
                .put("type", type)
                .put("param", refusal.field().isEmpty() ? null : refusal.field())
                .put("code", code);
        return new Refused(status, Map.of(), body);
    }
}
