package dev.sluice.client;

import dev.sluice.message.MessageRequest;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Parts that a third party may bring, in a line each, so that a test can have them misbehave. */
final class MisbehavingParts {
    static final Provider CLAUDE = Claude.builder().apiKey("test-key").build();

    private MisbehavingParts() {}

    /** A transport whose exchanges open like this; it may throw whatever it likes. */
    static HttpTransport transport(Callable<TransportResponse> open) {
        return new HttpTransport() {
            @Override
            public TransportResponse open(TransportRequest request) {
                try {
                    return open.call();
                } catch (Exception e) {
                    throw sneak(e);
                }
            }

            @Override
            public void close() {}
        };
    }

    /** Claude with another decoder. */
    static Provider provider(Supplier<EventDecoder> decoder) {
        return provider(CLAUDE, decoder);
    }

    /** Claude at this address, if it could do nothing but stream. */
    static Provider streaming(String url) {
        Provider claude = Claude.builder().apiKey("test-key").baseUrl(url).build();
        return provider(claude, claude::decoder);
    }

    private static Provider provider(Provider claude, Supplier<EventDecoder> decoder) {
        return new Provider() {
            @Override
            public String name() {
                return "foreign";
            }

            @Override
            public TransportRequest streamRequest(MessageRequest request) {
                return claude.streamRequest(request);
            }

            @Override
            public EventDecoder decoder() {
                return decoder.get();
            }

            @Override
            public dev.sluice.StreamException.ApiError error(TransportResponse response, String body) {
                return claude.error(response, body);
            }

            @Override
            public Optional<String> requestId(TransportResponse response) {
                return claude.requestId(response);
            }
        };
    }

    static LlmClient client(HttpTransport transport) {
        return LlmClient.builder(CLAUDE).transport(transport).build();
    }

    static TransportResponse answer(InputStream body) {
        return new TransportResponse(200, Map.of("request-id", List.of("req_foreign")), body);
    }

    static InputStream bytes(String... sse) {
        return new ByteArrayInputStream(String.join("", sse).getBytes(StandardCharsets.UTF_8));
    }

    /** Throws a checked exception where none is declared, as other languages of the JVM do. */
    @SuppressWarnings("unchecked")
    static <E extends Throwable> RuntimeException sneak(Throwable e) throws E {
        throw (E) e;
    }
}
