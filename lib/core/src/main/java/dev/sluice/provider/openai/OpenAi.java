package dev.sluice.provider.openai;

import dev.sluice.RateLimits;
import dev.sluice.StreamException.ApiError;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Credentials;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.provider.Provider.ModelPage;
import dev.sluice.provider.openai.ResponsesRequestWriter.Call;
import dev.sluice.provider.wire.NonStreamingBody;
import dev.sluice.provider.wire.RequestDefaults;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's Responses API, or another server that speaks it: Azure, Ollama, vLLM, LM Studio, OpenRouter, xAI and others.
 * For a server that speaks only chat completions there is {@link #chatCompletions()}.
 *
 * <p>The server keeps nothing unless it is asked to ({@link Builder#stateful}): the conversation is sent with each request,
 * and what a model thought goes back encrypted. A request is sent as it is, with these exceptions. There is no field for how
 * long a prompt stays in the cache, nor for whether a tool failed. Thinking that is off is the effort {@code none}; thinking
 * that is shown is a summary. Answers of other providers are sent as words and calls of tools. A setting that this API
 * has no field for is an {@link IllegalArgumentException} that names it.
 */
public final class OpenAi implements Provider {
    /** This provider's {@link #name()}. Not that of chat completions, because neither takes back the other's answers whole. */
    static final String NAME = "openai-responses";

    private final OpenAiAccess access;
    private final boolean stateful;

    private OpenAi(Builder builder) {
        access = builder.access.checked();
        stateful = builder.stateful;
    }

    /** A provider of the Responses API, with nothing set but the address of OpenAI. */
    public static Builder builder() {
        return new Builder();
    }

    /** A provider of chat completions, the API that most other servers speak; as {@link OpenAiChatCompletions#builder()}. */
    public static OpenAiChatCompletions.Builder chatCompletions() {
        return OpenAiChatCompletions.builder();
    }

    /**
     * A provider with the key in the environment variable {@code OPENAI_API_KEY}. If they are set, the address is in
     * {@code OPENAI_BASE_URL}, the organization in {@code OPENAI_ORG_ID} and the project in {@code OPENAI_PROJECT_ID}.
     * With an address the key may be missing.
     *
     * @throws IllegalStateException if neither key nor address is set, or a value cannot be right; the message names the
     *     variable
     */
    public static OpenAi fromEnvironment() {
        return fromEnvironment(System::getenv);
    }

    static OpenAi fromEnvironment(Function<String, @Nullable String> environment) {
        var builder = builder();
        builder.access = OpenAiAccess.of(environment, "OpenAi.builder()");
        return builder.build();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public TransportRequest streamRequest(MessageRequest request) {
        return post("/responses", request, Call.STREAM);
    }

    @Override
    public Optional<TransportRequest> wholeRequest(MessageRequest request) {
        return Optional.of(post("/responses", request, Call.WHOLE));
    }

    /** Only what counts is sent: of the raw fields those that the API takes here. */
    @Override
    public Optional<TransportRequest> countRequest(MessageRequest request) {
        return Optional.of(post("/responses/input_tokens", request, Call.COUNT));
    }

    private TransportRequest post(String path, MessageRequest request, Call call) {
        ResponsesRequestValidator.check(request, call == Call.STREAM);
        return new TransportRequest(
                "POST",
                access.uri(path),
                access.headersOfBody(request.headers()),
                ResponsesRequestWriter.write(request, stateful, access.wantsCallsLast(), call));
    }

    @Override
    public int tokenCount(String body) {
        return NonStreamingBody.read(body, wire -> {
            if (OpenAiErrors.isError(wire)) {
                throw OpenAiErrors.inPlace(wire, wire.raw());
            }
            return wire.index("input_tokens");
        });
    }

    /** {@inheritDoc} It does with {@code put("background", true)}. */
    @Override
    public boolean isInBackground(MessageRequest request) {
        return ResponsesRequestWriter.isInBackground(request);
    }

    @Override
    public Optional<TransportRequest> cancelRequest(String answerId, Map<String, String> headers) {
        return Optional.of(kept("POST", answerId, "/cancel", headers));
    }

    @Override
    public Optional<TransportRequest> resumeRequest(String answerId, String position, Map<String, String> headers) {
        String after = position.isEmpty() ? "" : "&starting_after=" + RequestDefaults.encoded(position);
        return Optional.of(kept("GET", answerId, "?stream=true" + after, headers));
    }

    /** A request about a response that the server keeps. */
    private TransportRequest kept(String method, String id, String what, Map<String, String> headers) {
        return new TransportRequest(
                method,
                access.uri("/responses/" + RequestDefaults.encoded(id) + what),
                access.headers(headers),
                new byte[0]);
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
        return new ResponsesDecoder();
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
        return OpenAiChatCompletions.requestIdOf(response);
    }

    @Override
    public Optional<RateLimits> rateLimits(TransportResponse response) {
        return OpenAiRateLimits.of(response, access.clock());
    }

    /** The name and the address; never the key. */
    @Override
    public String toString() {
        return "OpenAi" + access;
    }

    /** Collects the settings of an {@link OpenAi}. Not for use by several threads. */
    public static final class Builder {
        private OpenAiAccess access = OpenAiAccess.OPENAI;
        private boolean stateful;

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
         * The address of the API, with {@code /v1} or any other part before {@code /responses}; such as
         * {@code http://localhost:11434/v1} for Ollama. See {@link #baseUrl(URI)}.
         */
        public Builder baseUrl(String url) {
            access = access.withBaseUrl(url);
            return this;
        }

        /** Where the API is: http or https, a host, and the path before {@code /responses}. */
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
         * Whether the server keeps the conversation; false unless set. If it does, a request names this provider's last
         * answer in the conversation ({@code previous_response_id}), and sends only the messages after it. Changes of
         * earlier messages have no effect. OpenAI keeps an answer for 30 days. One request can decide otherwise with
         * {@code put("store", ...)} or {@code put("previous_response_id", ...)}.
         */
        public Builder stateful(boolean kept) {
            stateful = kept;
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
        public OpenAi build() {
            return new OpenAi(this);
        }
    }
}
