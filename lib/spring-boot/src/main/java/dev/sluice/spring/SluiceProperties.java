package dev.sluice.spring;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties of the client and the relay.
 *
 * @param provider Whose models the client asks. Without it there is no client.
 * @param apiKey The key. If neither it nor a base URL is set, the provider's environment variable is read.
 * @param baseUrl Where the provider's API is, if not at the vendor.
 * @param model The model of requests that name none.
 * @param maxTokens The longest answer of requests that say nothing about it, in tokens.
 * @param maxRetries How often a request that failed is sent again. 2 by default.
 * @param maxConcurrent How many requests may be under way at once. Further ones wait.
 * @param requestsPerMinute How many requests may be sent in a minute. Further ones wait.
 * @param timeouts How long each phase of a stream may take.
 * @param relay The relay to browsers.
 */
@ConfigurationProperties("sluice")
public record SluiceProperties(
        @Nullable Vendor provider,
        @Nullable String apiKey,
        @Nullable URI baseUrl,
        @Nullable String model,
        @Nullable Integer maxTokens,
        @Nullable Integer maxRetries,
        @Nullable Integer maxConcurrent,
        @Nullable Integer requestsPerMinute,
        @DefaultValue Timeouts timeouts,
        @DefaultValue Relay relay) {

    /** Names no key. */
    @Override
    public String toString() {
        return "SluiceProperties[provider=" + provider + ", model=" + model + "]";
    }

    /** Whose API it is. */
    public enum Vendor {
        /** Anthropic's Claude. */
        CLAUDE,
        /** Google's Gemini. */
        GEMINI,
        /** OpenAI's Responses API. */
        OPENAI
    }

    /**
     * How long each phase of a stream may take. 0 switches a limit off.
     *
     * @param connect Until there is a connection. 10 s by default.
     * @param headers From sending the request until the response's headers are there. 60 s by default.
     * @param firstEvent From the headers until the first event that is no ping. 120 s by default.
     * @param idle The longest silence. 60 s by default.
     * @param stall The longest wait for an event that is no ping. Off by default.
     * @param total The whole stream, retries included. Off by default.
     */
    public record Timeouts(
            @Nullable Duration connect,
            @Nullable Duration headers,
            @Nullable Duration firstEvent,
            @Nullable Duration idle,
            @Nullable Duration stall,
            @Nullable Duration total) {}

    /**
     * The relay to browsers, which is mounted once there is a RunFactory bean.
     *
     * @param path The path that it is mounted at, without a slash at the end.
     * @param page Whether it serves the chat page of sluice-relay-page.
     * @param suggestions The questions that the page offers to begin with.
     * @param allowedHosts The names by which browsers reach the server.
     * @param allowedOrigins The other sites whose pages may use it.
     * @param trustedProxies How many proxies stand in front and append to X-Forwarded-For. Leave it at 0 if
     *     server.forward-headers-strategy is set.
     * @param heartbeat How often a heartbeat is written to a silent connection, by which a client that is gone is noticed. 15 s by
     *     default.
     * @param abandonAfter How long a run that nobody watches continues. 30 s by default.
     * @param writeLimit How long a client may take nothing of what is written to it before it is cut off.
     * @param shutdownTimeout How long a shutdown waits for the clients to be told.
     */
    public record Relay(
            @DefaultValue("/assistant") String path,
            @DefaultValue("false") boolean page,
            @DefaultValue List<String> suggestions,
            @DefaultValue List<String> allowedHosts,
            @DefaultValue List<String> allowedOrigins,
            @DefaultValue("0") int trustedProxies,
            @Nullable Duration heartbeat,
            @Nullable Duration abandonAfter,
            @DefaultValue("20s") Duration writeLimit,
            @DefaultValue("2s") Duration shutdownTimeout) {

        /** Checks the path. */
        public Relay {
            if (!path.startsWith("/") || path.endsWith("/") || path.contains("*")) {
                throw new IllegalArgumentException("sluice.relay.path: '" + path
                        + "', must begin with a slash and not end with one, as /assistant does");
            }
        }
    }
}
