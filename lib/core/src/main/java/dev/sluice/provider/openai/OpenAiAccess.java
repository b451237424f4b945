package dev.sluice.provider.openai;

import dev.sluice.StreamException.ApiError;
import dev.sluice.TimeSource;
import dev.sluice.provider.wire.BuilderChecks;
import dev.sluice.provider.wire.ErrorBody;
import dev.sluice.provider.wire.RequestDefaults;
import dev.sluice.transport.TransportResponse;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is that speaks one of OpenAI's APIs, and as whom it is asked.
 *
 * @param apiKey the key; empty for a server that wants none
 * @param baseUrl what stands before the name of a call
 * @param organization who is billed; may be empty
 * @param project who is billed; may be empty
 * @param defaults constant headers and query parameters, and credentials that change
 * @param clock what times in headers are counted from
 */
record OpenAiAccess(
        String apiKey,
        URI baseUrl,
        String organization,
        String project,
        RequestDefaults defaults,
        InstantSource clock) {
    /** OpenAI's own, without a key. */
    static final OpenAiAccess OPENAI = new OpenAiAccess(
            "", URI.create("https://api.openai.com/v1"), "", "", RequestDefaults.NONE, TimeSource.system()::now);

    /** Hosts whose models are OpenAI's. */
    private static final List<String> HOSTS =
            List.of(".openai.com", ".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com");

    private static final String AUTHORIZATION = "authorization";
    private static final String AZURE_KEY = "api-key";

    /**
     * The settings of the environment.
     *
     * @param builder how to set a key in the program, for the message
     */
    static OpenAiAccess of(Function<String, @Nullable String> environment, String builder) {
        OpenAiAccess access = OPENAI;
        access = access.set(environment, "OPENAI_API_KEY", OpenAiAccess::withApiKey);
        access = access.set(environment, "OPENAI_BASE_URL", OpenAiAccess::withBaseUrl);
        access = access.set(environment, "OPENAI_ORG_ID", OpenAiAccess::withOrganization);
        access = access.set(environment, "OPENAI_PROJECT_ID", OpenAiAccess::withProject);
        if (access.lacksKey()) {
            throw new IllegalStateException(
                    "OPENAI_API_KEY is not set: set this environment variable to your key, or give the key to "
                            + builder + ".apiKey(...); for a server that wants none, set OPENAI_BASE_URL");
        }
        return access;
    }

    private interface Setter {
        OpenAiAccess set(OpenAiAccess access, String value);
    }

    private OpenAiAccess set(Function<String, @Nullable String> environment, String variable, Setter setter) {
        String value = BuilderChecks.variable(environment, variable);
        if (value.isEmpty()) {
            return this;
        }
        var changed = new OpenAiAccess[] {this};
        BuilderChecks.from(variable, () -> changed[0] = setter.set(this, value));
        return changed[0];
    }

    OpenAiAccess withApiKey(String key) {
        return new OpenAiAccess(BuilderChecks.secret("apiKey", key), baseUrl, organization, project, defaults, clock);
    }

    OpenAiAccess withBaseUrl(String url) {
        return withBaseUrl(BuilderChecks.url(url));
    }

    OpenAiAccess withBaseUrl(URI url) {
        return new OpenAiAccess(apiKey, BuilderChecks.baseUrl(url), organization, project, defaults, clock);
    }

    OpenAiAccess withOrganization(String id) {
        return new OpenAiAccess(apiKey, baseUrl, BuilderChecks.word("organization", id), project, defaults, clock);
    }

    OpenAiAccess withProject(String id) {
        return new OpenAiAccess(apiKey, baseUrl, organization, BuilderChecks.word("project", id), defaults, clock);
    }

    OpenAiAccess withDefaults(UnaryOperator<RequestDefaults> change) {
        return new OpenAiAccess(apiKey, baseUrl, organization, project, change.apply(defaults), clock);
    }

    OpenAiAccess withClock(InstantSource time) {
        return new OpenAiAccess(apiKey, baseUrl, organization, project, defaults, time);
    }

    /** Whether the models there are OpenAI's. */
    boolean isOpenAis() {
        return HOSTS.stream().anyMatch(host()::endsWith);
    }

    /**
     * Whether the Responses API there rejects an answer that goes back with anything behind a call but other calls: DeepSeek
     * then finds no result of the call. OpenAI wants every item in its place.
     */
    boolean wantsCallsLast() {
        return host().endsWith(".deepseek.com");
    }

    private String host() {
        return "." + baseUrl.getHost().toLowerCase(Locale.ROOT);
    }

    /** Whether it is OpenAI's own API, and there is no key. */
    boolean lacksKey() {
        return apiKey.isEmpty()
                && !defaults.hasCredentials()
                && baseUrl.getHost().equalsIgnoreCase(OPENAI.baseUrl.getHost());
    }

    /** Whether requests are authenticated. */
    boolean hasSecret() {
        return !apiKey.isEmpty() || defaults.hasCredentials();
    }

    /** Checks that there is a key where one is needed, and no more than one. */
    OpenAiAccess checked() {
        if (!apiKey.isEmpty() && defaults.hasCredentials()) {
            throw new IllegalStateException("apiKey, credentials: only one of the two may be set");
        }
        if (lacksKey()) {
            throw new IllegalStateException(
                    "apiKey: " + baseUrl.getHost() + " wants one; for a server of your own set baseUrl");
        }
        return this;
    }

    /** What a refused request says, without the key. */
    ApiError error(TransportResponse response, String body) {
        return OpenAiErrors.ofResponse(response, ErrorBody.withoutKey(body, apiKey), clock, hasSecret());
    }

    /** The address of a call. */
    URI uri(String call) {
        return defaults.uri(baseUrl + call);
    }

    /** The headers of a request whose caller has set these, with names in any case. */
    Map<String, String> headers(Map<String, String> callers) {
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

    /** The same for a request that has a body. */
    Map<String, String> headersOfBody(Map<String, String> callers) {
        Map<String, String> headers = headers(callers);
        headers.putIfAbsent("content-type", "application/json");
        return headers;
    }

    /** The address; never the key. */
    @Override
    public String toString() {
        return "[" + baseUrl + "]";
    }
}
