package dev.sluice.provider.claude;

import dev.sluice.RateLimits;
import dev.sluice.StreamException.ApiError;
import dev.sluice.TimeSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Credentials;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.provider.Provider.ModelPage;
import dev.sluice.provider.wire.BuilderChecks;
import dev.sluice.provider.wire.ErrorBody;
import dev.sluice.provider.wire.NonStreamingBody;
import dev.sluice.provider.wire.RequestDefaults;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Claude Messages API of Anthropic, or of a gateway that speaks it.
 *
 * <p>A request is sent unchanged, except for answers received earlier. Text blocks without words and thinking without a
 * signature are left out, because the API would reject them. A tool call whose input was cut or invalid is wrapped in an
 * object, because the API wants one. Of another provider's answers, only the words and the tool calls are sent.
 *
 * <p>A request that cannot be written for this API, or that the chosen {@linkplain Builder#version version} never takes, is an
 * {@link IllegalArgumentException} that names the field. Limits of a model are not checked: the API says them.
 */
public final class Claude implements Provider {
    /** This provider's {@link #name()}. */
    static final String NAME = "claude";

    private static final String KEY = "x-api-key";
    private static final String AUTHORIZATION = "authorization";
    private static final String BETA = "anthropic-beta";
    private static final String VERSION = "anthropic-version";

    /** The most that the API gives at once. */
    private static final int MODELS_PER_PAGE = 1000;

    private final String apiKey;
    private final String authToken;
    private final URI baseUrl;
    private final ClaudePlatform platform;
    private final String version;
    private final List<String> betas;
    private final RequestDefaults defaults;
    private final InstantSource clock;

    private Claude(Builder builder) {
        this.apiKey = builder.apiKey;
        this.authToken = builder.authToken;
        this.platform = builder.platform;
        this.baseUrl = builder.baseUrl == null ? platform.baseUrl() : builder.baseUrl;
        this.version = builder.version.isEmpty() ? platform.version() : builder.version;
        this.betas = List.copyOf(builder.betas);
        this.defaults = builder.defaults;
        this.clock = builder.clock;
    }

    /** A provider with nothing set but the address and the version of the API. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A provider with the key in the environment variable {@code ANTHROPIC_API_KEY}, else the token in
     * {@code ANTHROPIC_AUTH_TOKEN}, and the address in {@code ANTHROPIC_BASE_URL}, if it is set.
     *
     * @throws IllegalStateException if neither is set, or a value cannot be right; the message names the variable
     */
    public static Claude fromEnvironment() {
        return fromEnvironment(System::getenv);
    }

    static Claude fromEnvironment(Function<String, @Nullable String> environment) {
        var builder = builder();
        String key = BuilderChecks.variable(environment, "ANTHROPIC_API_KEY");
        String token = BuilderChecks.variable(environment, "ANTHROPIC_AUTH_TOKEN");
        String url = BuilderChecks.variable(environment, "ANTHROPIC_BASE_URL");
        if (!key.isEmpty()) {
            BuilderChecks.from("ANTHROPIC_API_KEY", () -> builder.apiKey(key));
        } else if (!token.isEmpty()) {
            BuilderChecks.from("ANTHROPIC_AUTH_TOKEN", () -> builder.authToken(token));
        } else {
            throw new IllegalStateException("ANTHROPIC_API_KEY is not set: set this environment variable to your key,"
                    + " or give the key to Claude.builder().apiKey(...)");
        }
        if (!url.isEmpty()) {
            BuilderChecks.from("ANTHROPIC_BASE_URL", () -> builder.baseUrl(url));
        }
        return builder.build();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public TransportRequest streamRequest(MessageRequest request) {
        return post(request, ClaudeEndpoint.STREAM);
    }

    /** An answer that may take more than ten minutes is rejected: of more than 21 333 tokens, by Anthropic's reckoning. */
    @Override
    public Optional<TransportRequest> wholeRequest(MessageRequest request) {
        return Optional.of(post(request, ClaudeEndpoint.WHOLE));
    }

    /** Only what counts is sent: no {@code maxTokens}, no sampling, and none of the raw fields that the API takes elsewhere. */
    @Override
    public Optional<TransportRequest> countRequest(MessageRequest request) {
        return Optional.of(post(request, ClaudeEndpoint.COUNT));
    }

    @Override
    public int tokenCount(String body) {
        return NonStreamingBody.read(body, wire -> {
            ClaudeErrors.throwIfAny(wire);
            return wire.index("input_tokens");
        });
    }

    /** {@inheritDoc} Vertex AI does not. */
    @Override
    public Optional<TransportRequest> modelsRequest(String page) {
        if (!platform.listsModels()) {
            return Optional.empty();
        }
        String query = "?limit=" + MODELS_PER_PAGE
                + (page.isEmpty() ? "" : "&after_id=" + URLEncoder.encode(page, StandardCharsets.UTF_8));
        URI uri = defaults.uri(baseUrl + "/v1/models" + query);
        return Optional.of(new TransportRequest("GET", uri, headers(Map.of()), new byte[0]));
    }

    @Override
    public ModelPage models(String body) {
        return NonStreamingBody.read(body, wire -> {
            ClaudeErrors.throwIfAny(wire);
            return ClaudeModels.page(wire);
        });
    }

    private TransportRequest post(MessageRequest request, ClaudeEndpoint call) {
        Map<String, String> headers = headers(request.headers());
        ClaudeRequestValidator.check(request, call, headers.getOrDefault(VERSION, version));
        headers.putIfAbsent("content-type", "application/json");
        URI uri = defaults.uri(platform.address(baseUrl, call, request.model()));
        byte[] body = ClaudeRequestWriter.write(
                request, call, platform.modelInBody(call), platform.versionInBody() ? version : "");
        return new TransportRequest("POST", uri, headers, body);
    }

    /** The headers of a request whose caller has set these, with names in any case. */
    private Map<String, String> headers(Map<String, String> callers) {
        Map<String, String> headers = defaults.headers(callers);
        platform.headers().forEach(headers::putIfAbsent);
        Set<String> allBetas = betas(headers);
        if (!allBetas.isEmpty()) {
            headers.put(BETA, String.join(",", allBetas));
        }
        // Two credentials in one request are an error, so the caller's takes the place of ours.
        if (!defaults.hasCredentials() && !headers.containsKey(KEY) && !headers.containsKey(AUTHORIZATION)) {
            headers.put(apiKey.isEmpty() ? AUTHORIZATION : KEY, apiKey.isEmpty() ? "Bearer " + authToken : apiKey);
        }
        if (!platform.versionInBody()) {
            headers.putIfAbsent(VERSION, version);
        }
        headers.putIfAbsent("accept", "application/json");
        return headers;
    }

    private Set<String> betas(Map<String, String> headers) {
        Set<String> all = new LinkedHashSet<>(betas);
        headers.forEach((name, value) -> {
            if (name.equalsIgnoreCase(BETA)) {
                Stream.of(value.split(",", -1))
                        .map(String::strip)
                        .filter(beta -> !beta.isEmpty())
                        .forEach(all::add);
            }
        });
        return all;
    }

    @Override
    public Optional<Credentials> credentials() {
        return defaults.credentials();
    }

    @Override
    public EventDecoder decoder() {
        return new ClaudeDecoder();
    }

    @Override
    public ApiError error(TransportResponse response, String body) {
        String secret = apiKey.isEmpty() ? authToken : apiKey;
        return ClaudeErrors.ofResponse(response, ErrorBody.withoutKey(body, secret), clock);
    }

    @Override
    public Optional<String> requestId(TransportResponse response) {
        return response.header("request-id").or(() -> response.header("x-amzn-requestid"));
    }

    @Override
    public Optional<RateLimits> rateLimits(TransportResponse response) {
        return ClaudeRateLimits.of(response);
    }

    @Override
    public boolean takesPrefill(MessageRequest request) {
        return ClaudePrefill.isTaken(request);
    }

    @Override
    public MessageRequest continueRequest(MessageRequest first, List<Message> answers) {
        return ContinuedRequest.of(first, answers);
    }

    @Override
    public Set<String> removedTools(List<Message> conversation) {
        return ToolChanges.removedBy(conversation);
    }

    /** The name and the address; never the key. */
    @Override
    public String toString() {
        return "Claude[" + baseUrl + "]";
    }

    /** Collects the settings of a {@link Claude}. Not for use by several threads. */
    public static final class Builder {
        private String apiKey = "";
        private String authToken = "";
        private @Nullable URI baseUrl;
        private ClaudePlatform platform = ClaudePlatform.ANTHROPIC;
        private String version = "";
        private Set<String> betas = Set.of();
        private RequestDefaults defaults = RequestDefaults.NONE;
        private InstantSource clock = TimeSource.system()::now;

        private Builder() {}

        /** The API key. This, {@link #authToken} or {@link #credentials} is required. */
        public Builder apiKey(String key) {
            apiKey = BuilderChecks.secret("apiKey", key);
            return this;
        }

        /**
         * A bearer token, for gateways and for OAuth. With a token of Anthropic's OAuth the API wants the beta
         * {@code oauth-2025-04-20} too.
         */
        public Builder authToken(String token) {
            authToken = BuilderChecks.secret("authToken", token);
            return this;
        }

        /**
         * Credentials that change: a token that expires, or signatures. Asked for each attempt, unless the request has a header
         * such as {@code authorization} or {@code x-api-key} already.
         */
        public Builder credentials(Credentials credentials) {
            defaults = defaults.credentials(credentials);
            return this;
        }

        /**
         * A header of every request that does not set it itself; the last one of a name counts.
         *
         * @throws IllegalArgumentException if it cannot be sent
         */
        public Builder header(String name, String value) {
            defaults = defaults.header(name, value);
            return this;
        }

        /**
         * A query parameter of every request, encoded here; the last one of a name counts.
         *
         * @throws IllegalArgumentException if the name is empty, or one that this library sets
         */
        public Builder queryParameter(String name, String value) {
            defaults = defaults.queryParameter(name, value);
            return this;
        }

        /** Where Claude is served; by Anthropic unless set. {@link #baseUrl} replaces its address and nothing else. */
        public Builder platform(ClaudePlatform platform) {
            this.platform = Objects.requireNonNull(platform, "platform");
            return this;
        }

        /** Where the API is, without {@code /v1}; a path is kept. See {@link #baseUrl(URI)}. */
        public Builder baseUrl(String url) {
            return baseUrl(BuilderChecks.url(url));
        }

        /** Where the API is, without {@code /v1}: http or https, a host, and a path if there is one. */
        public Builder baseUrl(URI url) {
            baseUrl = BuilderChecks.baseUrl(url);
            return this;
        }

        /**
         * The version of the API, sent as {@code anthropic-version}; {@code 2023-06-01} unless set. On Vertex AI it is in the
         * body, and {@code vertex-2023-10-16} unless set. With {@code 2026-10-21} a request is refused if it sets
         * {@code temperature}, {@code topP} or {@code topK}. So is one with a document in an assistant message, or
         * citations in a user message. That version takes none of these. Answers are the same in both.
         */
        public Builder version(String version) {
            this.version = BuilderChecks.word("version", version);
            return this;
        }

        /** The beta features to ask for with every request, added to those of the request itself; replaces earlier ones. */
        public Builder beta(String... features) {
            var all = new LinkedHashSet<String>();
            for (String feature : features) {
                all.add(BuilderChecks.word("beta", feature));
            }
            betas = Collections.unmodifiableSet(all);
            return this;
        }

        /** The clock that a date in {@code retry-after} is counted from. */
        Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /**
         * The provider.
         *
         * @throws IllegalStateException if it has no credential, or two
         */
        public Claude build() {
            long given = Stream.of(!apiKey.isEmpty(), !authToken.isEmpty(), defaults.hasCredentials())
                    .filter(isGiven -> isGiven)
                    .count();
            if (given != 1) {
                throw new IllegalStateException("apiKey, authToken, credentials: exactly one of the three is needed");
            }
            return new Claude(this);
        }
    }
}
