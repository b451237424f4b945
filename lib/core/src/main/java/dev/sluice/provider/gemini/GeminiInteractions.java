package dev.sluice.provider.gemini;

import dev.sluice.StreamException.ApiError;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Credentials;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.provider.Provider.ModelPage;
import dev.sluice.provider.wire.BuilderChecks;
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
 * The Interactions API of Google, the newer of Gemini's two wires: an answer is a list of steps. See {@link Gemini} for the
 * other one; neither takes back the other's answers whole.
 *
 * <p>By default, the service keeps nothing ({@code store} is false), and each request has the whole conversation.
 * Answers received earlier are sent back step by step and unchanged, thoughts with their signatures. A tool call whose
 * input was cut or invalid goes back wrapped in an object. A document's title and context are texts before it. A field
 * that the API has no place for is an {@link IllegalArgumentException} that names it; every limit is the API's to
 * check.
 *
 * <p>A tool of Google's is {@code ToolDefinition.server("google_search", "search")}: the type is the API's word for it, and
 * further fields of the definition are its settings. {@link MessageRequest.Builder#put put} sends a field that
 * {@code MessageRequest} does not model, by its name in the body. {@code generation_config} is merged with this
 * library's, field by field, and the caller's fields win. An {@code agent} takes the place of the model. How much a
 * model thinks is asked with {@code effort}, which is {@code thinking_level}; there is no budget of thinking, and no
 * way to turn it off.
 *
 * <p>A request whose last message is an answer that the service paused ({@code requires_continuation}) continues it.
 */
public final class GeminiInteractions implements Provider {
    /** This provider's {@link #name()}. */
    static final String NAME = "gemini-interactions";

    private final GeminiAccess access;
    private final boolean stateful;

    private GeminiInteractions(Builder builder) {
        access = builder.access.checked();
        stateful = builder.stateful;
    }

    /** A provider with nothing set but the address and the version of the API. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A provider with the key and the address of the environment, as {@link Gemini#fromEnvironment()} reads them.
     *
     * @throws IllegalStateException if no key is set, or a value cannot be right; the message names the variable
     */
    public static GeminiInteractions fromEnvironment() {
        return fromEnvironment(System::getenv);
    }

    static GeminiInteractions fromEnvironment(Function<String, @Nullable String> environment) {
        var builder = builder();
        builder.access = GeminiAccess.of(environment, "Gemini.interactions()");
        return builder.build();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public TransportRequest streamRequest(MessageRequest request) {
        return post(request, true);
    }

    @Override
    public Optional<TransportRequest> wholeRequest(MessageRequest request) {
        return Optional.of(post(request, false));
    }

    private TransportRequest post(MessageRequest request, boolean streamed) {
        InteractionsRequestValidator.check(request, streamed);
        return access.post(
                access.ofProject("interactions"),
                request.headers(),
                InteractionsRequestWriter.write(request, stateful, streamed));
    }

    /** {@inheritDoc} It does with {@code put("background", true)}. */
    @Override
    public boolean isInBackground(MessageRequest request) {
        return InteractionsRequestWriter.isInBackground(request);
    }

    @Override
    public Optional<TransportRequest> cancelRequest(String answerId, Map<String, String> headers) {
        return Optional.of(kept("POST", answerId, "/cancel", headers));
    }

    @Override
    public Optional<TransportRequest> resumeRequest(String answerId, String position, Map<String, String> headers) {
        String after = position.isEmpty() ? "" : "&last_event_id=" + RequestDefaults.encoded(position);
        return Optional.of(kept("GET", answerId, "?stream=true" + after, headers));
    }

    /** A request about an interaction that the service keeps. */
    private TransportRequest kept(String method, String id, String what, Map<String, String> headers) {
        return new TransportRequest(
                method,
                access.ofProject("interactions/" + RequestDefaults.encoded(id) + what),
                access.headers(headers),
                new byte[0]);
    }

    /** {@inheritDoc} Vertex AI does not. */
    @Override
    public Optional<TransportRequest> modelsRequest(String page) {
        return access.models(page);
    }

    @Override
    public ModelPage models(String body) {
        return GeminiModels.page(body);
    }

    @Override
    public Optional<Credentials> credentials() {
        return access.defaults().credentials();
    }

    @Override
    public EventDecoder decoder() {
        return new InteractionsDecoder();
    }

    @Override
    public ApiError error(TransportResponse response, String body) {
        return access.error(response, body);
    }

    /** Empty: Gemini names its answers, not its requests. */
    @Override
    public Optional<String> requestId(TransportResponse response) {
        return Optional.empty();
    }

    /** The name and the address; never the key. */
    @Override
    public String toString() {
        return "GeminiInteractions" + access;
    }

    /** Collects the settings of a {@link GeminiInteractions}. Not for use by several threads. */
    public static final class Builder {
        private GeminiAccess access = GeminiAccess.GOOGLE;
        private boolean stateful;

        private Builder() {}

        /** The API key, sent as {@code x-goog-api-key}, never in the address. This or {@link #credentials} is required. */
        public Builder apiKey(String key) {
            access = access.withApiKey(key);
            return this;
        }

        /**
         * Credentials that change: a token that expires, or signatures. Asked for each attempt, unless the request has a header
         * such as {@code authorization} or {@code x-goog-api-key} already.
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
         * Asks Google's Vertex AI, which takes tokens of Google's OAuth for the scope {@code cloud-platform} as {@link
         * #credentials}: module {@code sluice-google}. Models cannot be listed there. {@link #baseUrl} replaces the host only.
         *
         * @param project the project's id
         * @param location such as {@code europe-west1}, or {@code global}, {@code us} or {@code eu}
         */
        public Builder vertex(String project, String location) {
            access = access.withVertex(project, location);
            return this;
        }

        /** Where the API is, without {@code /v1beta}; a path is kept. See {@link #baseUrl(URI)}. */
        public Builder baseUrl(String url) {
            return baseUrl(BuilderChecks.url(url));
        }

        /** Where the API is, without {@code /v1beta}: http or https, a host, and a path if there is one. */
        public Builder baseUrl(URI url) {
            access = access.withBaseUrl(url);
            return this;
        }

        /** The version of the API, which is part of the address; {@code v1beta} unless set, {@code v1beta1} on Vertex AI. */
        public Builder version(String version) {
            access = access.withVersion(version);
            return this;
        }

        /**
         * Whether the service keeps the conversation; false unless set. If it does, a request names this provider's
         * last answer in the conversation ({@code previous_interaction_id}), and sends only the messages after it.
         * Changes of earlier messages have no effect. One request can decide otherwise with {@code put("store", ...)}
         * or {@code put("previous_interaction_id", ...)}.
         */
        public Builder stateful(boolean kept) {
            stateful = kept;
            return this;
        }

        /** The clock that a date in {@code retry-after} is counted from. */
        Builder clock(InstantSource clock) {
            access = access.withClock(clock);
            return this;
        }

        /**
         * The provider.
         *
         * @throws IllegalStateException if it has no key and no credentials, or both
         */
        public GeminiInteractions build() {
            return new GeminiInteractions(this);
        }
    }
}
