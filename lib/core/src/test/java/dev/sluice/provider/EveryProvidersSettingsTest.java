package dev.sluice.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.transport.TransportRequest;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every provider's builder takes for all its requests. */
class EveryProvidersSettingsTest {
    private static final MessageRequest.Builder REQUEST =
            MessageRequest.builder().model("model-1").maxTokens(10).user("Tell me about rivers");

    private static final Credentials TOKEN = Credentials.bearer(() -> "a-token");

    /** What a new builder of a vendor's takes. The builders have these setters in common, and no type. */
    private record Setters(
            BiConsumer<String, String> header,
            BiConsumer<String, String> queryParameter,
            Consumer<Credentials> credentials,
            Consumer<String> apiKey,
            Supplier<Provider> build) {}

    enum Vendor {
        CLAUDE(() -> {
            var it = Claude.builder();
            return new Setters(it::header, it::queryParameter, it::credentials, it::apiKey, it::build);
        }),
        GEMINI(() -> {
            var it = Gemini.builder();
            return new Setters(it::header, it::queryParameter, it::credentials, it::apiKey, it::build);
        }),
        INTERACTIONS(() -> {
            var it = Gemini.interactions();
            return new Setters(it::header, it::queryParameter, it::credentials, it::apiKey, it::build);
        }),
        OPENAI(() -> {
            var it = OpenAi.builder();
            return new Setters(it::header, it::queryParameter, it::credentials, it::apiKey, it::build);
        }),
        CHAT_COMPLETIONS(() -> {
            var it = OpenAi.chatCompletions();
            return new Setters(it::header, it::queryParameter, it::credentials, it::apiKey, it::build);
        });

        private final Supplier<Setters> builder;

        Vendor(Supplier<Setters> builder) {
            this.builder = builder;
        }

        Provider with(Map<String, String> headers, Map<String, String> query) {
            return with(headers, query, TOKEN);
        }

        Provider with(Map<String, String> headers, Map<String, String> query, Credentials credentials) {
            Setters setters = builder.get();
            headers.forEach(setters.header);
            query.forEach(setters.queryParameter);
            setters.credentials.accept(credentials);
            return setters.build.get();
        }

        Provider withKeyAndCredentials() {
            Setters setters = builder.get();
            setters.apiKey.accept("a-key");
            setters.credentials.accept(TOKEN);
            return setters.build.get();
        }
    }

    private static Stream<TransportRequest> all(Provider provider, MessageRequest request) {
        return Stream.of(
                        Optional.of(provider.streamRequest(request)),
                        provider.wholeRequest(request),
                        provider.countRequest(request),
                        provider.modelsRequest(""))
                .flatMap(Optional::stream);
    }

    private static Map<String, String> headers(TransportRequest request) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(request.headers());
        return headers;
    }

    @ParameterizedTest
    @EnumSource
    void aConstantHeaderIsInEveryRequest(Vendor vendor) {
        var provider = vendor.with(Map.of("X-Team", "rivers", "User-Agent", "mine"), Map.of());
        assertThat(all(provider, REQUEST.build()))
                .hasSizeGreaterThan(2)
                .allSatisfy(request -> assertThat(headers(request))
                        .containsEntry("X-Team", "rivers")
                        .containsEntry("User-Agent", "mine"));
    }

    @ParameterizedTest
    @EnumSource
    void aRequestsOwnHeaderWins(Vendor vendor) {
        var provider = vendor.with(Map.of("X-Team", "rivers"), Map.of());
        var request = REQUEST.build().toBuilder().header("x-team", "lakes").build();
        assertThat(headers(provider.streamRequest(request))).containsEntry("X-Team", "lakes");
    }

    @ParameterizedTest
    @EnumSource
    void aConstantQueryParameterIsInEveryAddressBesideOurs(Vendor vendor) {
        var provider = vendor.with(Map.of(), Map.of("api-version", "a b&c=ü"));
        assertThat(all(provider, REQUEST.build()))
                .hasSizeGreaterThan(2)
                .allSatisfy(request ->
                        assertThat(request.uri().getRawQuery().split("&")).contains("api-version=a%20b%26c%3D%C3%BC"));
        var plain = vendor.with(Map.of(), Map.of());
        String own = plain.streamRequest(REQUEST.build()).uri().toString();
        assertThat(provider.streamRequest(REQUEST.build()).uri().toString()).startsWith(own);
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBeSentIsRefusedBySetter(Vendor vendor) {
        assertThatThrownBy(() -> vendor.with(Map.of("x-team", "a\nb"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x-team");
        assertThatThrownBy(() -> vendor.with(Map.of("content-length", "3"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("content-length");
        assertThatThrownBy(() -> vendor.with(Map.of(), Map.of("", "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("queryParameter");
        for (String ours : new String[] {"alt", "limit", "after_id", "pageSize", "pageToken"}) {
            assertThatThrownBy(() -> vendor.with(Map.of(), Map.of(ours, "x")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(ours);
        }
    }

    @ParameterizedTest
    @EnumSource
    void credentialsTakeThePlaceOfAKey(Vendor vendor) throws Exception {
        var provider = vendor.with(Map.of(), Map.of());
        TransportRequest request = provider.streamRequest(REQUEST.build());
        assertThat(headers(request)).doesNotContainKeys("authorization", "x-api-key", "x-goog-api-key", "api-key");
        assertThat(provider.credentials().orElseThrow().headers(request))
                .isEqualTo(Map.of("authorization", "Bearer a-token"));
        assertThatThrownBy(vendor::withKeyAndCredentials)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("apiKey")
                .hasMessageContaining("credentials");
    }

    /** A record's toString has all that is in it. */
    private record Vault(String secret) implements Credentials {
        @Override
        public Map<String, String> headers(TransportRequest request) {
            return Map.of("authorization", secret);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noToStringHasASecret(Vendor vendor) {
        var provider = vendor.with(
                Map.of("x-gateway-key", "kingfisher"), Map.of("key", "kingfisher"), new Vault("kingfisher"));
        TransportRequest request = provider.streamRequest(REQUEST.build());
        assertThat(provider + " " + request + " " + provider.credentials())
                .contains(Vault.class.getName())
                .doesNotContain("kingfisher");
    }

    @ParameterizedTest
    @EnumSource
    void aRequestThatIsAuthenticatedIsLeftAlone(Vendor vendor) throws Exception {
        var provider = vendor.with(Map.of(), Map.of());
        for (String name : new String[] {"Authorization", "X-Api-Key", "Api-Key", "x-goog-api-key"}) {
            var request = REQUEST.build().toBuilder().header(name, "mine").build();
            assertThat(provider.credentials().orElseThrow().headers(provider.streamRequest(request)))
                    .as(name)
                    .isEmpty();
        }
    }
}
