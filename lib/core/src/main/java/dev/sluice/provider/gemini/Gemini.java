package dev.sluice.provider.gemini;

import dev.sluice.StreamException.ApiError;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Credentials;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.provider.Provider.ModelPage;
import dev.sluice.provider.wire.BuilderChecks;
import dev.sluice.provider.wire.ForeignHistory;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.net.URI;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The Gemini API of Google, or of a gateway that speaks it.
 *
 * <p>A request is sent as it is, with these exceptions. Messages of one role that follow each other are sent as one. Of
 * answers received earlier, texts without words are left out; every other part goes back as it came, with its
 * signature. A tool call whose input was cut or invalid is wrapped in an object, because the API wants one. The first
 * call of another provider's model has the words that Google's documentation gives instead of a signature. A tool
 * result is the {@code output} or the {@code error} of a function response. A document's title and context are texts
 * before it. A field that the API has no place for is an {@link IllegalArgumentException} that names it; every limit is
 * the API's to check.
 *
 * <p>A tool of Google's is {@code ToolDefinition.server("googleSearch", "search")}: the type is the API's field for it, and
 * further fields of the definition are its settings. {@link MessageRequest.Builder#put put} sends a field that
 * {@code MessageRequest} does not model, by its name in the body. {@code generationConfig} and {@code toolConfig} are
 * merged with this library's, field by field, and the caller's fields win. How much a model thinks is asked with
 * {@code effort}, which is Gemini's {@code thinkingLevel}, or with a budget of thinking, not with both. A file uploaded
 * before is named by its {@code files/...} name or its whole address.
 *
 * <p>The signature of a text or a call is in its block's {@code extra}, as {@code thoughtSignature}. The sources of an
 * answer are citations of its text blocks. All other fields beside its content are in the message's {@code extra}.
 */
public final class Gemini implements Provider {
    /** This provider's {@link #name()}. */
    static final String NAME = "gemini";

    private final GeminiAccess access;
    private final Map<String, String> safety;

    private Gemini(Builder builder) {
        access = builder.access.checked();
        safety = builder.safety;
    }

    /** A provider with nothing set but the address and the version of the API. */
    public static Builder builder() {
        return new Builder();
    }

    /** A provider of the Interactions API, Google's newer one; as {@link GeminiInteractions#builder()}. */
    public static GeminiInteractions.Builder interactions() {
        return GeminiInteractions.builder();
    }

    /**
     * A provider with the key in the environment variable {@code GEMINI_API_KEY}, else in {@code GOOGLE_API_KEY}. The
     * address is in {@code GOOGLE_GEMINI_BASE_URL}, if it is set. These are the names of Google's own libraries.
     *
     * @throws IllegalStateException if no key is set, or a value cannot be right; the message names the variable
     */
    public static Gemini fromEnvironment() {
        return fromEnvironment(System::getenv);
    }

    static Gemini fromEnvironment(Function<String, @Nullable String> environment) {
        var builder = builder();
        builder.access = GeminiAccess.of(environment, "Gemini.builder()");
        return builder.build();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public TransportRequest streamRequest(MessageRequest request) {
        return post(request, "streamGenerateContent?alt=sse", GeminiRequestWriter::answer);
    }

    @Override
    public Optional<TransportRequest> wholeRequest(MessageRequest request) {
        return Optional.of(post(request, "generateContent", GeminiRequestWriter::answer));
    }

    @Override
    public Optional<TransportRequest> countRequest(MessageRequest request) {
        return Optional.of(post(
                request,
                "countTokens",
                access.vertex() == null ? GeminiRequestWriter::count : GeminiRequestWriter::countOnVertex));
    }

    @Override
    public int tokenCount(String body) {
        return GeminiModels.tokens(body);
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
        return new GeminiDecoder();
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
        return "Gemini" + access;
    }

    /** Writes a body. */
    private interface BodyWriter {
        byte[] write(MessageRequest request, List<Message> messages, Map<String, String> safety);
    }

    private TransportRequest post(MessageRequest request, String method, BodyWriter writer) {
        URI uri = access.ofModels(GeminiRequestValidator.model(request.model()) + ":" + method);
        List<Message> messages = ForeignHistory.of(request.messages(), NAME);
        GeminiRequestValidator.check(request, messages);
        return access.post(uri, request.headers(), writer.write(request, messages, safety));
    }

    /** Collects the settings of a {@link Gemini}. Not for use by several threads. */
    public static final class Builder {
        private GeminiAccess access = GeminiAccess.GOOGLE;
        private Map<String, String> safety = Map.of();

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
         * From which probability on content of a harmful category is blocked, in every request that does not set
         * {@code safetySettings} itself. For each category the last one counts.
         *
         * @param category such as {@code HARM_CATEGORY_HARASSMENT}
         * @param threshold such as {@code BLOCK_ONLY_HIGH} or {@code OFF}
         */
        public Builder safety(String category, String threshold) {
            var all = new LinkedHashMap<>(safety);
            all.put(BuilderChecks.word("category", category), BuilderChecks.word("threshold", threshold));
            safety = Collections.unmodifiableMap(all);
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
        public Gemini build() {
            return new Gemini(this);
        }
    }
}
