package dev.sluice.test.server;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The Claude Messages API: messages, the count of their tokens, and the list of models. */
final class ClaudeDialect implements Dialect {
    static final String MESSAGES = "/v1/messages";
    static final String VERSION = "anthropic-version";

    /** Fewer than the real server's 20, so that a client meets a second page. */
    private static final int PAGE = 2;

    private static final List<Model> MODELS = List.of(
            new Model("claude-opus-5", "Claude Opus 5", 1_000_000, 128_000),
            new Model("claude-sonnet-5", "Claude Sonnet 5", 1_000_000, 128_000),
            new Model("claude-haiku-4-5", "Claude Haiku 4.5", 200_000, 64_000));

    @Override
    public Asked asked(Call call) throws Refusal {
        if (!call.has("x-api-key") && !call.has("authorization")) {
            throw Refusal.noKey("x-api-key");
        }
        if (!call.has(VERSION)) {
            throw Refusal.missing(VERSION);
        }
        return switch (call.toString()) {
            case "POST " + MESSAGES -> new Asked.Answer(ClaudeRequests.read(call));
            case "POST " + MESSAGES + "/count_tokens" -> {
                call.json("model", "messages");
                yield new Asked.Fact(Json.object().put("input_tokens", call.tokens()));
            }
            case "GET /v1/models" -> new Asked.Fact(models(call));
            default -> throw Refusal.notFound(call);
        };
    }

    private static JsonNode models(Call call) throws Refusal {
        Model.Page page =
                Model.Page.of(MODELS, call.number("limit", PAGE), call.query().getOrDefault("after_id", ""));
        ObjectNode body = Json.object();
        var list = body.putArray("data");
        for (Model model : page.models()) {
            list.addObject()
                    .put("type", "model")
                    .put("id", model.id())
                    .put("display_name", model.name())
                    .put("created_at", "2026-03-14T00:00:00Z")
                    .put("max_input_tokens", model.mostInput())
                    .put("max_tokens", model.mostOutput());
        }
        String first = page.models().isEmpty() ? null : page.models().getFirst().id();
        String last = page.models().isEmpty() ? null : page.models().getLast().id();
        return body.put("has_more", page.more()).put("first_id", first).put("last_id", last);
    }

    @Override
    public String requestId(SplittableRandom random) {
        return Ids.of("req_01", 22, random);
    }

    @Override
    public Map<String, String> head(String requestId) {
        return Map.of("request-id", requestId, "anthropic-organization-id", "00000000-0000-4000-8000-000000000000");
    }

    @Override
    public Map<String, String> limits(RateLimits.Left left) {
        var headers = new LinkedHashMap<String, String>();
        limit(headers, "requests", RateLimits.ALL.requests(), left.requests());
        limit(headers, "input-tokens", RateLimits.ALL.input(), left.input());
        limit(headers, "output-tokens", RateLimits.ALL.output(), left.output());
        limit(headers, "tokens", RateLimits.ALL.tokens(), left.tokens());
        return headers;
    }

    private static void limit(Map<String, String> headers, String what, long limit, long left) {
        Instant reset = Instant.now().plusSeconds(RateLimits.WINDOW_SECONDS).truncatedTo(ChronoUnit.SECONDS);
        headers.put("anthropic-ratelimit-" + what + "-limit", Long.toString(limit));
        headers.put("anthropic-ratelimit-" + what + "-remaining", Long.toString(left));
        headers.put("anthropic-ratelimit-" + what + "-reset", reset.toString());
    }

    @Override
    public JsonNode whole(Reply reply) {
        return ClaudeBodies.whole(reply);
    }

    @Override
    public Frames frames(Reply reply) {
        return new ClaudeFrames(reply);
    }

    @Override
    public Refused refused(Refusal refusal, String requestId) {
        return switch (refusal.reason()) {
            case INVALID -> new Refused(400, Map.of(), error("invalid_request_error", refusal, requestId));
            case NO_KEY -> new Refused(401, Map.of(), error("authentication_error", refusal, requestId));
            case NOT_FOUND -> new Refused(404, Map.of(), error("not_found_error", refusal, requestId));
            case OVERLOADED ->
                new Refused(529, Map.of("x-should-retry", "true"), error("overloaded_error", refusal, requestId));
            case SCRIPTED -> new Refused(refusal.status(), Map.of(), error(type(refusal.status()), refusal, requestId));
        };
    }

    private static String type(int status) {
        return switch (status) {
            case 400 -> "invalid_request_error";
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 504 -> "timeout_error";
            case 529 -> "overloaded_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }

    private static ObjectNode error(String type, Refusal refusal, String requestId) {
        ObjectNode body = Json.object().put("type", "error");
        body.putObject("error")
                .put("type", type)
                .put("message", refusal.getMessage())
                .putNull("details");
        return body.put("request_id", requestId);
    }
}
