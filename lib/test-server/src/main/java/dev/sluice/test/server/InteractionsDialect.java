package dev.sluice.test.server;

import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Gemini's Interactions API. Its models are listed where {@link GeminiDialect} lists them. For one request. */
final class InteractionsDialect implements Dialect {
    static final String ROOT = GeminiDialect.ROOT + "interactions";

    private final GeminiDialect common = new GeminiDialect();
    private boolean stored;

    @Override
    public Asked asked(Call call) throws Refusal {
        if (!call.has("x-goog-api-key") && !call.query().containsKey("key")) {
            throw Refusal.noKey("x-goog-api-key");
        }
        if (!call.toString().equals("POST " + ROOT)) {
            throw Refusal.notFound(call);
        }
        stored = InteractionsRequests.isStored(call);
        return new Asked.Answer(InteractionsRequests.read(call));
    }

    @Override
    public boolean tellsRefusals() {
        return false;
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
        return new InteractionsBodies(reply, stored).whole();
    }

    @Override
    public Frames frames(Reply reply) {
        return new InteractionsFrames(new InteractionsBodies(reply, stored));
    }

    /** The errors of the other API, with a word for a code. */
    @Override
    public Refused refused(Refusal refusal, String requestId) {
        Refused refused = common.refused(refusal, requestId);
        JsonNode error = refused.body().path("error");
        ObjectNode body = Json.object();
        body.putObject("error")
                .put("code", Json.text(error, "status").toLowerCase(Locale.ROOT))
                .put("message", Json.text(error, "message"));
        return new Refused(refused.status(), refused.headers(), body);
    }
}
