package dev.sluice.provider;

import dev.sluice.control.RateLimits;
import dev.sluice.control.StreamException.ApiError;
import dev.sluice.control.Time;
import dev.sluice.message.MessageRequest;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The Claude Messages API of Anthropic, or of a gateway that speaks it.
 *
 * <p>A request is sent as it is, with two exceptions. Of answers received earlier, text blocks without words and thinking
 * without a signature are left out, because the API would reject the request for them; a tool call whose input was cut or
 * invalid goes back wrapped in an object, because the API wants one. What the API surely rejects, whatever the model, is an
 * {@link IllegalArgumentException} that names the field.
 */
public final class Claude implements Provider {
    private static final String KEY = "x-api-key";
    private static final String AUTHORIZATION = "authorization";
    private static final String BETA = "anthropic-beta";

    private final String apiKey;
    private final String authToken;
    private final URI baseUrl;
    private final URI messages;
    private final String version;
    private final List<String> betas;
    private final InstantSource clock;

    private Claude(Builder builder) {
        this.apiKey = builder.apiKey;
        this.authToken = builder.authToken;
        this.baseUrl = builder.baseUrl;
        this.messages = URI.create(builder.baseUrl + "/v1/messages");
        this.version = builder.version;
        this.betas = List.copyOf(builder.betas);
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
        String key = variable(environment, "ANTHROPIC_API_KEY");
        String token = variable(environment, "ANTHROPIC_AUTH_TOKEN");
        String url = variable(environment, "ANTHROPIC_BASE_URL");
        if (!key.isEmpty()) {
            from("ANTHROPIC_API_KEY", () -> builder.apiKey(key));
        } else if (!token.isEmpty()) {
            from("ANTHROPIC_AUTH_TOKEN", () -> builder.authToken(token));
        } else {
            throw new IllegalStateException("ANTHROPIC_API_KEY is not set: set this environment variable to your key,"
                    + " or give the key to Claude.builder().apiKey(...)");
        }
        if (!url.isEmpty()) {
            from("ANTHROPIC_BASE_URL", () -> builder.baseUrl(url));
        }
        return builder.build();
    }

    private static String variable(Function<String, @Nullable String> environment, String name) {
        String value = environment.apply(name);
        return value == null ? "" : value.strip();
    }

    private static void from(String variable, Runnable set) {
        try {
            set.run();
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "The environment variable " + variable + " cannot be right: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return "claude";
    }

    @Override
    public TransportRequest streamRequest(MessageRequest request) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(request.headers());
        Set<String> allBetas = new LinkedHashSet<>(betas);
        for (String beta : headers.getOrDefault(BETA, "").split(",", -1)) {
            if (!beta.isBlank()) {
                allBetas.add(beta.strip());
            }
        }
        ClaudeRules.check(request, allBetas);
        if (!allBetas.isEmpty()) {
            headers.put(BETA, String.join(",", allBetas));
        }
        // Two credentials in one request are an error, so the caller's takes the place of ours.
        if (!headers.containsKey(KEY) && !headers.containsKey(AUTHORIZATION)) {
            headers.put(apiKey.isEmpty() ? AUTHORIZATION : KEY, apiKey.isEmpty() ? "Bearer " + authToken : apiKey);
        }
        headers.putIfAbsent("anthropic-version", version);
        headers.putIfAbsent("content-type", "application/json");
        headers.putIfAbsent("accept", "application/json");
        headers.putIfAbsent("accept-encoding", "identity"); // who compresses a stream holds it back
        headers.putIfAbsent("user-agent", UserAgent.NAME);
        return new TransportRequest("POST", messages, headers, ClaudeRequestWriter.write(request));
    }

    @Override
    public EventDecoder decoder() {
        return new ClaudeDecoder();
    }

    @Override
    public ApiError error(TransportResponse response, String body) {
        // A proxy may echo what it was sent.
        String secret = apiKey.isEmpty() ? authToken : apiKey;
        return ClaudeErrors.ofResponse(response, body.replace(secret, "***"), clock);
    }

    @Override
    public Optional<String> requestId(TransportResponse response) {
        return response.header("request-id");
    }

    @Override
    public Optional<RateLimits> rateLimits(TransportResponse response) {
        return ClaudeRateLimits.of(response);
    }

    @Override
    public boolean takesPrefill(MessageRequest request) {
        return ClaudePrefill.isTaken(request);
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
        private URI baseUrl = URI.create("https://api.anthropic.com");
        private String version = "2023-06-01";
        private Set<String> betas = Set.of();
        private InstantSource clock = Time.system()::now;

        private Builder() {}

        /** The API key. Either this or {@link #authToken} is required. */
        public Builder apiKey(String key) {
            apiKey = secret("apiKey", key);
            return this;
        }

        /**
         * A bearer token, for gateways and for OAuth. With a token of Anthropic's OAuth the API wants the beta
         * {@code oauth-2025-04-20} too.
         */
        public Builder authToken(String token) {
            authToken = secret("authToken", token);
            return this;
        }

        /** Where the API is, without {@code /v1}; a path is kept. See {@link #baseUrl(URI)}. */
        public Builder baseUrl(String url) {
            URI uri;
            try {
                uri = new URI(url.strip());
            } catch (URISyntaxException e) {
                // Without the cause, whose message repeats the whole text, password and all.
                throw new IllegalArgumentException("baseUrl: is not a URL: " + e.getReason());
            }
            return baseUrl(uri);
        }

        /** Where the API is, without {@code /v1}: http or https, a host, and a path if there is one. */
        public Builder baseUrl(URI url) {
            boolean http = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
            if (!http || url.getHost() == null) {
                throw new IllegalArgumentException("baseUrl: must be an http or https URL with a host");
            }
            if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
                throw new IllegalArgumentException("baseUrl: must not have a user, a query or a fragment");
            }
            baseUrl = URI.create(url.toString().replaceAll("/+$", ""));
            return this;
        }

        /** The version of the API, sent as {@code anthropic-version}; {@code 2023-06-01} unless set. */
        public Builder version(String version) {
            this.version = word("version", version);
            return this;
        }

        /** The beta features to ask for with every request, added to those of the request itself; replaces earlier ones. */
        public Builder beta(String... features) {
            var all = new LinkedHashSet<String>();
            for (String feature : features) {
                all.add(word("beta", feature));
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
            if (apiKey.isEmpty() == authToken.isEmpty()) {
                throw new IllegalStateException("apiKey, authToken: exactly one of the two is needed");
            }
            return new Claude(this);
        }

        private static String secret(String name, String value) {
            if (value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c >= 127)) {
                throw new IllegalArgumentException(
                        name + ": must not be empty or have blanks, line breaks or other characters no key has");
            }
            return value;
        }

        private static String word(String name, String value) {
            if (value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c >= 127 || c == ',')) {
                throw new IllegalArgumentException(name + ": '" + Excerpt.of(value) + "', must be one word");
            }
            return value;
        }
    }
}
