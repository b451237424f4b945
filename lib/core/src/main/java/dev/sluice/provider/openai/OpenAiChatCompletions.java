package dev.sluice.provider.openai;

import dev.sluice.RateLimits;
import dev.sluice.StreamException.ApiError;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Credentials;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.provider.Provider.ModelPage;
import dev.sluice.provider.openai.OpenAiRequestWriter.Dialect;
import dev.sluice.provider.wire.BuilderChecks;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks OpenAI's chat completions: OpenAI itself, vLLM, Ollama, llama.cpp, DeepSeek, Mistral, Groq, OpenRouter
 * and other gateways.
 *
 * <p>A request is sent as it is, with these exceptions. There is no field for how long a prompt stays in the cache, which
 * these servers keep by themselves, nor for whether a tool failed. Thinking that is off is the effort {@code none}.
 * Thoughts of earlier answers are sent in the field that they came in (see {@link Builder#sendReasoning}). Other
 * providers' thoughts and their own tools' calls are left out. A setting that no such server supports is an
 * {@link IllegalArgumentException} that names it.
 */
public final class OpenAiChatCompletions implements Provider {
    /** This provider's {@link #name()}. */
    static final String NAME = "openai";

    private final OpenAiAccess access;
    private final Dialect dialect;

    private OpenAiChatCompletions(Builder builder) {
        access = builder.access.checked();
        dialect = builder.dialect();
    }

    /** A provider with nothing set but the address of OpenAI's API. {@link OpenAi#builder()} speaks OpenAI's newer API. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A provider with the key in the environment variable {@code OPENAI_API_KEY}. If they are set, the address is in
     * {@code OPENAI_BASE_URL}, the organization in {@code OPENAI_ORG_ID} and the project in {@code OPENAI_PROJECT_ID}.
     * With an address the key may be missing.
     *
     * @throws IllegalStateException if neither key nor address is set, or a value cannot be right; the message names the
     *     variable
     */
    public static OpenAiChatCompletions fromEnvironment() {
        return fromEnvironment(System::getenv);
    }

    static OpenAiChatCompletions fromEnvironment(Function<String, @Nullable String> environment) {
        var builder = builder();
        builder.access = OpenAiAccess.of(environment, "OpenAi.chatCompletions()");
        return builder.build();
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
        if (access.isOpenAis()) {
            OpenAiToolModels.check(request);
        }
        return new TransportRequest(
                "POST",
                access.uri("/chat/completions"),
                access.headersOfBody(request.headers()),
                OpenAiRequestWriter.write(request, dialect, streamed));
    }

    /** {@inheritDoc} There is one page only. */
    @Override
    public Optional<TransportRequest> modelsRequest(String page) {
        return Optional.of(new TransportRequest("GET", access.uri("/models"), access.headers(Map.of()), new byte[0]));
    }

    @Override
    public ModelPage models(String body) {
        return OpenAiModels.read(body);
    }

    @Override
    public EventDecoder decoder() {
        return new OpenAiDecoder();
    }

    @Override
    public Optional<Credentials> credentials() {
        return access.defaults().credentials();
    }

    @Override
    public ApiError error(TransportResponse response, String body) {
        return access.error(response, body);
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
        return OpenAiRateLimits.of(response, access.clock());
    }

    /** The name and the address; never the key. */
    @Override
    public String toString() {
        return "OpenAiChatCompletions" + access;
    }

    /** Collects the settings of an {@link OpenAiChatCompletions}. Not for use by several threads. */
    public static final class Builder {
        private OpenAiAccess access = OpenAiAccess.OPENAI;
        private String tokenLimitField = "";
        private String systemRole = "system";
        private boolean usage = true;
        private boolean reasoning = true;

        private Builder() {}

        /** The API key. OpenAI requires it; a server of one's own may want none. */
        public Builder apiKey(String key) {
            access = access.withApiKey(key);
            return this;
        }

        /**
         * Credentials that change: a token that expires, or signatures. Asked for each attempt, unless the request has a header
         * such as {@code authorization} or {@code api-key} already.
         */
        public Builder credentials(Credentials credentials) {
            access = access.withDefaults(defaults -> defaults.credentials(credentials));
            return this;
        }

        /**
         * A header of every request that does not set it itself; the last one of a name counts.
         *
         * @throws IllegalArgumentException if it cannot be sent
         */
        public Builder header(String name, String value) {
            access = access.withDefaults(defaults -> defaults.header(name, value));
            return this;
        }

        /**
         * A query parameter of every request, encoded here; the last one of a name counts.
         *
         * @throws IllegalArgumentException if the name is empty, or one that this library sets
         */
        public Builder queryParameter(String name, String value) {
            access = access.withDefaults(defaults -> defaults.queryParameter(name, value));
            return this;
        }

        /**
         * The address of the API, with {@code /v1} or any other part before {@code /chat/completions}; such as
         * {@code http://localhost:11434/v1} for Ollama. See {@link #baseUrl(URI)}.
         */
        public Builder baseUrl(String url) {
            access = access.withBaseUrl(url);
            return this;
        }

        /** Where the API is: http or https, a host, and the path before {@code /chat/completions}. */
        public Builder baseUrl(URI url) {
            access = access.withBaseUrl(url);
            return this;
        }

        /** The organization that is billed, for keys that belong to several. */
        public Builder organization(String id) {
            access = access.withOrganization(id);
            return this;
        }

        /** The project that is billed, for keys that belong to several. */
        public Builder project(String id) {
            access = access.withProject(id);
            return this;
        }

        /**
         * The field that {@link MessageRequest#maxTokens()} is sent in. By default it is {@code max_completion_tokens}
         * for OpenAI and Azure, whose models that think reject the older name. For all others it is {@code max_tokens},
         * because some of them know only that.
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
            access = access.withClock(clock);
            return this;
        }

        /**
         * The provider.
         *
         * @throws IllegalStateException if it is OpenAI's own API, and there is no key, or if there are a key and credentials
         */
        public OpenAiChatCompletions build() {
            return new OpenAiChatCompletions(this);
        }

        private Dialect dialect() {
            String usual = access.isOpenAis() ? "max_completion_tokens" : "max_tokens";
            return new Dialect(tokenLimitField.isEmpty() ? usual : tokenLimitField, systemRole, usage, reasoning);
        }
    }
}
