package dev.sluice.provider.openai;

import dev.sluice.RateLimits;
import dev.sluice.StreamException.ApiError;
import dev.sluice.TimeSource;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Credentials;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.ModelPage;
import dev.sluice.provider.Provider;
import dev.sluice.provider.openai.OpenAiRequestWriter.Dialect;
import dev.sluice.provider.wire.BuilderChecks;
import dev.sluice.provider.wire.ErrorBody;
import dev.sluice.provider.wire.RequestDefaults;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks OpenAI's chat completions: OpenAI itself, vLLM, Ollama, llama.cpp, DeepSeek, Mistral, Groq, OpenRouter
 * and other gateways.
 *
 * <p>A request is sent as it is, with these exceptions. There is no field for how long a prompt stays in the cache, which
 * these servers keep by themselves, nor for whether a tool failed. Thinking that is off is the effort {@code none}. Of
 * answers received earlier the thoughts go back in the field they came in (see {@link Builder#sendReasoning}); other
 * providers' thoughts and their own tools' calls do not. What no such server can be asked for is an
 * {@link IllegalArgumentException} that names the field.
 */
public final class OpenAi implements Provider {
    /** This provider's {@link #name()}. */
    static final String NAME = "openai";

    private static final String AUTHORIZATION = "authorization";
    private static final String AZURE_KEY = "api-key";

    private final String apiKey;
    private final URI baseUrl;
    private final URI completions;
    private final URI models;
    private final String organization;
    private final String project;
    private final Dialect dialect;
    private final RequestDefaults defaults;
    private final InstantSource clock;

    private OpenAi(Builder builder) {
        apiKey = builder.apiKey;
        baseUrl = builder.baseUrl;
        defaults = builder.defaults;
        completions = defaults.uri(builder.baseUrl + "/chat/completions");
        models = defaults.uri(builder.baseUrl + "/models");
        organization = builder.organization;
        project = builder.project;
        dialect = builder.dialect();
        clock = builder.clock;
    }

    /** A provider with nothing set but the address of OpenAI's API. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A provider with the key in the environment variable {@code OPENAI_API_KEY}, the address in {@code OPENAI_BASE_URL},
     * and the organization and project in {@code OPENAI_ORG_ID} and {@code OPENAI_PROJECT_ID}, as far as they are set. With
     * an address the key may be missing.
     *
     * @throws IllegalStateException if neither key nor address is set, or a value cannot be right; the message names the
     *     variable
     */
    public static OpenAi fromEnvironment() {
        return fromEnvironment(System::getenv);
    }

    static OpenAi fromEnvironment(Function<String, @Nullable String> environment) {
        var builder = builder();
        set(environment, "OPENAI_API_KEY", builder::apiKey);
        set(environment, "OPENAI_BASE_URL", builder::baseUrl);
        set(environment, "OPENAI_ORG_ID", builder::organization);
        set(environment, "OPENAI_PROJECT_ID", builder::project);
        if (builder.apiKey.isEmpty() && builder.isOpenAis()) {
            throw new IllegalStateException(
                    "OPENAI_API_KEY is not set: set this environment variable to your key, or give the key to"
                            + " OpenAi.builder().apiKey(...); for a server that wants none, set OPENAI_BASE_URL");
        }
        return builder.build();
    }

    private static void set(Function<String, @Nullable String> environment, String variable, Consumer<String> setter) {
        String value = BuilderChecks.variable(environment, variable);
        if (!value.isEmpty()) {
            BuilderChecks.from(variable, () -> setter.accept(value));
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public TransportRequest streamRequest(MessageRequest request) {
        return request(request, true);
    }

    @Override
    public Optional<TransportRequest> wholeRequest(MessageRequest request) {
        return Optional.of(request(request, false));
    }

    private TransportRequest request(MessageRequest request, boolean streamed) {
        OpenAiRequestValidator.check(request, streamed);
        Map<String, String> headers = headers(request.headers());
        headers.putIfAbsent("content-type", "application/json");
        return new TransportRequest(
                "POST", completions, headers, OpenAiRequestWriter.write(request, dialect, streamed));
    }

    /** {@inheritDoc} There is one page only. */
    @Override
    public Optional<TransportRequest> modelsRequest(String page) {
        return Optional.of(new TransportRequest("GET", models, headers(Map.of()), new byte[0]));
    }

    @Override
    public ModelPage models(String body) {
        return OpenAiModels.read(body);
    }

    private Map<String, String> headers(Map<String, String> callers) {
        Map<String, String> headers = defaults.headers(callers);
        // Two credentials in one request are an error, so the caller's takes the place of ours.
        if (!apiKey.isEmpty() && !headers.containsKey(AUTHORIZATION) && !headers.containsKey(AZURE_KEY)) {
            headers.put(AUTHORIZATION, "Bearer " + apiKey);
        }
        if (!organization.isEmpty()) {
            headers.putIfAbsent("OpenAI-Organization", organization);
        }
        if (!project.isEmpty()) {
            headers.putIfAbsent("OpenAI-Project", project);
        }
        headers.putIfAbsent("accept", "application/json");
        return headers;
    }

    @Override
    public Optional<Credentials> credentials() {
        return defaults.credentials();
    }

    @Override
    public EventDecoder decoder() {
        return new OpenAiDecoder();
    }

    @Override
    public ApiError error(TransportResponse response, String body) {
        String told = ErrorBody.withoutKey(body, apiKey);
        return OpenAiErrors.ofResponse(response, told, clock, !apiKey.isEmpty() || defaults.hasCredentials());
    }

    @Override
    public Optional<String> requestId(TransportResponse response) {
        return requestIdOf(response);
    }

    static Optional<String> requestIdOf(TransportResponse response) {
        return response.header("x-request-id").or(() -> response.header("x-generation-id")); // the second: OpenRouter
    }

    @Override
    public Optional<RateLimits> rateLimits(TransportResponse response) {
        return OpenAiRateLimits.of(response, clock);
    }

    /** The name and the address; never the key. */
    @Override
    public String toString() {
        return "OpenAi[" + baseUrl + "]";
    }

    /** Collects the settings of an {@link OpenAi}. Not for use by several threads. */
    public static final class Builder {
        private static final URI OPENAI = URI.create("https://api.openai.com/v1");

        /** Hosts whose models of today take no {@code max_tokens}. */
        private static final List<String> HOSTS = List.of(".openai.com", ".openai.azure.com");

        private String apiKey = "";
        private URI baseUrl = OPENAI;
        private String organization = "";
        private String project = "";
        private String tokenLimitField = "";
        private String systemRole = "system";
        private boolean usage = true;
        private boolean reasoning = true;
        private RequestDefaults defaults = RequestDefaults.NONE;
        private InstantSource clock = TimeSource.system()::now;

        private Builder() {}

        /** The API key. OpenAI requires it; a server of one's own may want none. */
        public Builder apiKey(String key) {
            apiKey = BuilderChecks.secret("apiKey", key);
            return this;
        }

        /**
         * Credentials that change: a token that expires, or signatures. Asked for each attempt, unless the request has a header
         * such as {@code authorization} or {@code api-key} already.
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

        /**
         * Where the API is, with {@code /v1} or whatever stands before {@code /chat/completions}; such as
         * {@code http://localhost:11434/v1} for Ollama. See {@link #baseUrl(URI)}.
         */
        public Builder baseUrl(String url) {
            return baseUrl(BuilderChecks.url(url));
        }

        /** Where the API is: http or https, a host, and the path before {@code /chat/completions}. */
        public Builder baseUrl(URI url) {
            baseUrl = BuilderChecks.baseUrl(url);
            return this;
        }

        /** The organization that is billed, for keys that belong to several. */
        public Builder organization(String id) {
            organization = BuilderChecks.word("organization", id);
            return this;
        }

        /** The project that is billed, for keys that belong to several. */
        public Builder project(String id) {
            project = BuilderChecks.word("project", id);
            return this;
        }

        /**
         * The field that {@link MessageRequest#maxTokens()} is sent in. Unless set it is {@code max_completion_tokens} for
         * OpenAI and Azure, whose models that think reject the older name, and {@code max_tokens} for all others, some of
         * which know only that.
         */
        public Builder tokenLimitField(String field) {
            tokenLimitField = BuilderChecks.word("tokenLimitField", field);
            return this;
        }

        /** The role of instructions: {@code system} unless set; OpenAI calls it {@code developer} now and takes both. */
        public Builder systemRole(String role) {
            systemRole = BuilderChecks.word("systemRole", role);
            return this;
        }

        /** Whether streams are asked to report their usage; true unless set. For servers that reject the field. */
        public Builder streamUsage(boolean asked) {
            usage = asked;
            return this;
        }

        /**
         * Whether thoughts are sent back with the answers they came with; true unless set. DeepSeek wants them after a tool
         * call, Groq rejects them.
         */
        public Builder sendReasoning(boolean sent) {
            reasoning = sent;
            return this;
        }

        /** The clock that times in headers are counted from. */
        Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /**
         * The provider.
         *
         * @throws IllegalStateException if it is OpenAI's own API, and there is no key, or if there are a key and credentials
         */
        public OpenAi build() {
            if (!apiKey.isEmpty() && defaults.hasCredentials()) {
                throw new IllegalStateException("apiKey, credentials: only one of the two may be set");
            } else if (apiKey.isEmpty() && !defaults.hasCredentials() && isOpenAis()) {
                throw new IllegalStateException(
                        "apiKey: " + baseUrl.getHost() + " wants one; for a server of your own set baseUrl");
            }
            return new OpenAi(this);
        }

        private boolean isOpenAis() {
            return baseUrl.getHost().equalsIgnoreCase(OPENAI.getHost());
        }

        private Dialect dialect() {
            String host = "." + baseUrl.getHost().toLowerCase(Locale.ROOT);
            String usual = HOSTS.stream().anyMatch(host::endsWith) ? "max_completion_tokens" : "max_tokens";
            return new Dialect(tokenLimitField.isEmpty() ? usual : tokenLimitField, systemRole, usage, reasoning);
        }
    }
}
