package dev.sluice.test.server;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The Gemini API: content that is generated, the count of its tokens, and the list of models. It has no request ids. */
final class GeminiDialect implements Dialect {
    static final String ROOT = "/v1beta/";

    private static final Pattern METHOD = Pattern.compile("POST /v1beta/models/([^/:]+):(\\w+)");
    /** Fewer than the real server's 50, so that a client meets a second page. */
    private static final int PAGE = 2;

    private static final List<Model> MODELS = List.of(
            new Model("gemini-3.1-pro-preview", "Gemini 3.1 Pro Preview", 1_048_576, 65_536),
            new Model("gemini-3.5-flash", "Gemini 3.5 Flash", 1_048_576, 65_536),
            new Model("gemini-3.5-flash-lite", "Gemini 3.5 Flash Lite", 1_048_576, 65_536));

    @Override
    public Asked asked(Call call) throws Refusal {
        if (!call.has("x-goog-api-key") && !call.query().containsKey("key")) {
            throw Refusal.noKey("x-goog-api-key");
        }
        if (call.toString().equals("GET /v1beta/models")) {
            return new Asked.Fact(models(call));
        }
        Matcher method = METHOD.matcher(call.toString());
        if (!method.matches()) {
            throw Refusal.notFound(call);
        }
        String model = method.group(1);
        return switch (method.group(2)) {
            case "generateContent" -> new Asked.Answer(GeminiRequests.read(call, model, false));
            case "streamGenerateContent" -> {
                if (!"sse".equals(call.query().get("alt"))) {
                    throw Refusal.invalid("alt: only sse is in the script; the real server would send one JSON array");
                }
                yield new Asked.Answer(GeminiRequests.read(call, model, true));
            }
            case "countTokens" -> new Asked.Fact(count(call));
            default -> throw Refusal.notFound(call);
        };
    }

    private static JsonNode count(Call call) throws Refusal {
        if (!call.json().has("generateContentRequest")) {
            call.json("contents");
        }
        return Json.object().put("totalTokens", call.tokens());
    }

    private static JsonNode models(Call call) throws Refusal {
        Model.Page page = Model.Page.of(
                MODELS, call.number("pageSize", PAGE), call.query().getOrDefault("pageToken", ""));
        ObjectNode body = Json.object();
        var list = body.putArray("models");
        for (Model model : page.models()) {
            list.addObject()
                    .put("name", "models/" + model.id())
                    .put("displayName", model.name())
                    .put("inputTokenLimit", model.mostInput())
                    .put("outputTokenLimit", model.mostOutput())
                    .putArray("supportedGenerationMethods")
                    .add("generateContent")
                    .add("countTokens");
        }
        if (page.more()) {
            body.put("nextPageToken", page.models().getLast().id());
        }
        return body;
    }

    @Override
    public String requestId(SplittableRandom random) {
        return "";
    }

    @Override
    public Map<String, String> head(String requestId) {
        return Map.of();
    }

    @Override
    public Map<String, String> limits(RateLimits.Left left) {
        return Map.of();
    }

    @Override
    public JsonNode whole(Reply reply) {
        return new GeminiChunks(reply).whole();
    }

    @Override
    public Frames frames(Reply reply) {
        return new GeminiFrames(reply);
    }

    @Override
    public Refused refused(Refusal refusal, String requestId) {
        return switch (refusal.reason()) {
            case INVALID -> error(400, "INVALID_ARGUMENT", refusal);
            case NO_KEY -> error(403, "PERMISSION_DENIED", refusal);
            case NOT_FOUND -> error(404, "NOT_FOUND", refusal);
            case OVERLOADED -> error(503, "UNAVAILABLE", refusal);
            case SCRIPTED -> error(refusal.status(), state(refusal.status()), refusal);
        };
    }

    private static String state(int status) {
        return switch (status) {
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 499 -> "CANCELLED";
            case 503 -> "UNAVAILABLE";
            case 504 -> "DEADLINE_EXCEEDED";
            default -> status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
        };
    }

    private static Refused error(int code, String status, Refusal refusal) {
        ObjectNode body = Json.object();
        body.putObject("error")
                .put("code", code)
                .put("message", refusal.getMessage())
                .put("status", status);
        return new Refused(code, Map.of(), body);
    }
}
