package dev.sluice.provider.gemini;

import dev.sluice.StreamException.ApiError;
import dev.sluice.TimeSource;
import dev.sluice.provider.wire.BuilderChecks;
import dev.sluice.provider.wire.ErrorBody;
import dev.sluice.provider.wire.Excerpt;
import dev.sluice.provider.wire.RequestDefaults;
import dev.sluice.provider.wire.VertexLocation;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where the API is and what opens it, for both of Gemini's wires. Immutable; each {@code with} gives another one. */
record GeminiAccess(
        String apiKey,
        @Nullable URI baseUrl,
        String version,
        @Nullable VertexLocation vertex,
        RequestDefaults defaults,
        InstantSource clock) {

    static final GeminiAccess GOOGLE =
            new GeminiAccess("", null, "", null, RequestDefaults.NONE, TimeSource.system()::now);

    private static final String KEY = "x-goog-api-key";
    private static final String AUTHORIZATION = "authorization";
    private static final URI ORIGIN = URI.create("https://generativelanguage.googleapis.com");
    private static final int MODELS_PER_PAGE = 1000;

    /** The environment variables of Google's own libraries. */
    static GeminiAccess of(Function<String, @Nullable String> environment, String builder) {
        String variable = "GEMINI_API_KEY";
        String key = BuilderChecks.variable(environment, variable);
        if (key.isEmpty()) {
            variable = "GOOGLE_API_KEY";
            key = BuilderChecks.variable(environment, variable);
        }
        if (key.isEmpty()) {
            throw new IllegalStateException("GEMINI_API_KEY is not set: set this environment variable to your key,"
                    + " or give the key to " + builder + ".apiKey(...)");
        }
        String found = key;
        var access = new GeminiAccess[] {GOOGLE};
        BuilderChecks.from(variable, () -> access[0] = access[0].withApiKey(found));
        String url = BuilderChecks.variable(environment, "GOOGLE_GEMINI_BASE_URL");
        if (!url.isEmpty()) {
            BuilderChecks.from(
                    "GOOGLE_GEMINI_BASE_URL", () -> access[0] = access[0].withBaseUrl(BuilderChecks.url(url)));
        }
        return access[0];
    }

    GeminiAccess withApiKey(String key) {
        return new GeminiAccess(BuilderChecks.secret("apiKey", key), baseUrl, version, vertex, defaults, clock);
    }

    GeminiAccess withBaseUrl(URI url) {
        return new GeminiAccess(apiKey, BuilderChecks.baseUrl(url), version, vertex, defaults, clock);
    }

    GeminiAccess withVersion(String word) {
        if (!word.matches("[A-Za-z0-9._-]+") || word.contains("..")) {
            throw new IllegalArgumentException("version: '" + Excerpt.of(word) + "', must be like v1beta");
        }
        return new GeminiAccess(apiKey, baseUrl, word, vertex, defaults, clock);
    }

    GeminiAccess withVertex(String project, String location) {
        return new GeminiAccess(apiKey, baseUrl, version, new VertexLocation(project, location), defaults, clock);
    }

    GeminiAccess withDefaults(UnaryOperator<RequestDefaults> change) {
        return new GeminiAccess(apiKey, baseUrl, version, vertex, change.apply(defaults), clock);
    }

    GeminiAccess withClock(InstantSource other) {
        return new GeminiAccess(apiKey, baseUrl, version, vertex, defaults, other);
    }

    /**
     * This one, if it can be used.
     *
     * @throws IllegalStateException if it has no key and no credentials, or both
     */
    GeminiAccess checked() {
        if (apiKey.isEmpty() != defaults.hasCredentials()) {
            throw new IllegalStateException("apiKey, credentials: exactly one of the two is needed");
        }
        return this;
    }

    /** An address below that of Google's own models. */
    URI ofModels(String path) {
        return address((vertex == null ? "" : vertex.publisher("google") + "/") + path);
    }

    /** An address below that of the project, if there is one. */
    URI ofProject(String path) {
        return address((vertex == null ? "" : vertex.path() + "/") + path);
    }

    private URI address(String path) {
        String word = !version.isEmpty() ? version : vertex == null ? "v1beta" : "v1beta1";
        return defaults.uri(origin() + "/" + word + "/" + path);
    }

    /** The headers of a request without a body. */
    Map<String, String> headers(Map<String, String> callers) {
        Map<String, String> headers = defaults.headers(callers);
        // Two credentials in one request are an error, so the caller's takes the place of ours.
        if (!defaults.hasCredentials() && !headers.containsKey(AUTHORIZATION)) {
            headers.putIfAbsent(KEY, apiKey);
        }
        headers.putIfAbsent("accept", "*/*");
        return headers;
    }

    TransportRequest post(URI uri, Map<String, String> callers, byte[] body) {
        Map<String, String> headers = headers(callers);
        headers.putIfAbsent("content-type", "application/json");
        return new TransportRequest("POST", uri, headers, body);
    }

    /** Asks for a page of the models; empty for Vertex AI, which does not list them. */
    Optional<TransportRequest> models(String page) {
        if (vertex != null) {
            return Optional.empty();
        }
        String token = page.isEmpty() ? "" : "&pageToken=" + URLEncoder.encode(page, StandardCharsets.UTF_8);
        URI uri = ofModels("models?pageSize=" + MODELS_PER_PAGE + token);
        return Optional.of(new TransportRequest("GET", uri, headers(Map.of()), new byte[0]));
    }

    /** What a refused request says, without the key. */
    ApiError error(TransportResponse response, String body) {
        return GeminiErrors.ofResponse(response, ErrorBody.withoutKey(body, apiKey), clock);
    }

    private URI origin() {
        return baseUrl != null ? baseUrl : vertex == null ? ORIGIN : vertex.origin();
    }

    /** The address; never the key. */
    @Override
    public String toString() {
        return "[" + origin() + "]";
    }
}
