package dev.sluice.benchmarks.client;

import dev.sluice.transport.JdkHttpTransport;
import dev.sluice.transport.apache.ApacheHttpTransport;
import java.util.List;
import java.util.function.Function;

/** The clients that are compared. */
public enum Client {
    /** Reads bytes and looks at none: what the machine and the server allow. */
    SOCKET("raw socket, bytes only", SocketClient::new),
    /** Sluice, event by event. */
    SLUICE("Sluice", url -> new SluiceClient(url, false, JdkHttpTransport.create())),
    /** Sluice, event by event, then the message. */
    SLUICE_FINAL("Sluice + final message", url -> new SluiceClient(url, true, JdkHttpTransport.create())),
    /** Sluice over Apache's blocking sockets, event by event. */
    SLUICE_APACHE("Sluice on Apache HttpClient", url -> new SluiceClient(url, false, ApacheHttpTransport.create())),
    /** Sluice over Apache's blocking sockets, event by event, then the message. */
    SLUICE_APACHE_FINAL(
            "Sluice on Apache HttpClient + final message",
            url -> new SluiceClient(url, true, ApacheHttpTransport.create())),
    /** Anthropic's own library, event by event. */
    ANTHROPIC("anthropic-java", url -> new AnthropicClients(url, false)),
    /** Anthropic's own library with its accumulator. */
    ANTHROPIC_FINAL("anthropic-java + accumulator", url -> new AnthropicClients(url, true)),
    /** LangChain4j, which always makes the final message. */
    LANGCHAIN4J("LangChain4j", LangChainClient::new),
    /** Anthropic's own library for TypeScript, event by event. */
    TYPESCRIPT("TypeScript SDK", Client::notHere),
    /** Anthropic's own library for TypeScript, event by event, then the message. */
    TYPESCRIPT_FINAL("TypeScript SDK + final message", Client::notHere),
    /** OkHttp's reader of server-sent events. */
    OKHTTP_SSE("okhttp-sse, no JSON", OkHttpSseClient::new),
    /** LaunchDarkly's reader of server-sent events. */
    EVENTSOURCE("okhttp-eventsource, no JSON", EventSourceClient::new);

    /** What the machine allows, and one of each thing that hands out typed events; where accumulators are of no account. */
    public static final List<Client> ONE_OF_EACH =
            List.of(SOCKET, SLUICE, SLUICE_APACHE, ANTHROPIC, LANGCHAIN4J, TYPESCRIPT);

    private final String label;
    private final Function<String, StreamClient> opener;

    Client(String label, Function<String, StreamClient> opener) {
        this.label = label;
        this.opener = opener;
    }

    /** Its name in tables. */
    public String label() {
        return label;
    }

    /**
     * A client of the API at an address.
     *
     * @throws UnsupportedOperationException if it runs {@linkplain #underNode() under Node}
     */
    public StreamClient open(String url) {
        return opener.apply(url);
    }

    /** Whether it is no Java: then {@code src/main/node} has its rows. */
    public boolean underNode() {
        return this == TYPESCRIPT || this == TYPESCRIPT_FINAL;
    }

    /** Whether it hands out events, so that they can be counted. */
    public boolean knowsEvents() {
        return this != SOCKET;
    }

    /** Whether it hands out typed events, so that it can be compared with Sluice as equal with equal. */
    public boolean knowsJson() {
        return knowsEvents() && this != OKHTTP_SSE && this != EVENTSOURCE;
    }

    private static StreamClient notHere(String url) {
        throw new UnsupportedOperationException("runs under Node");
    }
}
