package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.continuation.Continuation;
import dev.sluice.provider.Credentials;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.CapturedLog;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.transport.TransportRequest;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Credentials that change are asked for each request that is sent, and what they give is told to nobody but the server. */
@Timeout(30)
class CredentialsOfRequestsTest {
    private static final Script FINE = Script.stream(answer("Rivers ", "run."));
    private static final Script OVERLOADED = Script.json(529, errorJson("overloaded_error", "Overloaded"));

    private final AtomicInteger asked = new AtomicInteger();

    private String token() {
        return "token-number-" + asked.incrementAndGet();
    }

    private static ClientFixture fixture(
            Credentials credentials, Consumer<LlmClient.Builder> settings, Script... scripts) {
        return ClientFixture.through(
                uri -> Claude.builder().credentials(credentials).baseUrl(uri).build(), settings, scripts);
    }

    private static ClientFixture fixture(Credentials credentials, Script... scripts) {
        return fixture(credentials, settings -> {}, scripts);
    }

    private static Consumer<LlmClient.Builder> retrying() {
        return settings -> settings.resilience(
                Resilience.builder().retry(FastRetries.quick()).build());
    }

    private static List<String> authorizations(ClientFixture fixture) {
        return fixture.peer.requests().stream()
                .map(request -> request.header("authorization"))
                .toList();
    }

    @Test
    void eachRetryAsksAnew() {
        try (var fixture = fixture(Credentials.bearer(this::token), retrying(), OVERLOADED, OVERLOADED, FINE);
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            assertThat(authorizations(fixture))
                    .containsExactly("Bearer token-number-1", "Bearer token-number-2", "Bearer token-number-3");
        }
    }

    @Test
    void soDoesARequestWhoseConnectionHadGone() {
        try (var fixture =
                        fixture(Credentials.bearer(this::token), Script.empty().cut(), FINE);
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            assertThat(authorizations(fixture)).containsExactly("Bearer token-number-1", "Bearer token-number-2");
        }
    }

    @Test
    void andAContinuation() {
        Script broken = Script.stream().sse(begin("One, ", "t")).cut();
        try (var fixture = fixture(
                        Credentials.bearer(this::token),
                        settings -> settings.continuation(Continuation.upTo(1)),
                        broken,
                        Script.stream(answer("One, ", "two.")));
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("One, two.");
            assertThat(authorizations(fixture)).containsExactly("Bearer token-number-1", "Bearer token-number-2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void andAllThatIsNotStreamed(NonStreamingCall call) {
        try (var fixture = fixture(Credentials.bearer(this::token), Script.json(200, call.body))) {
            assertThat(call.send(fixture.client)).isEqualTo(call.expected());
            assertThat(call.send(fixture.client)).isEqualTo(call.expected());
            assertThat(authorizations(fixture)).containsExactly("Bearer token-number-1", "Bearer token-number-2");
        }
    }

    @Test
    void theyAreAskedOnTheReadersThread() {
        var threads = new CopyOnWriteArrayList<Thread>();
        try (var fixture = fixture(
                        Credentials.bearer(() -> {
                            threads.add(Thread.currentThread());
                            return "a-token";
                        }),
                        FINE);
                var stream = fixture.stream()) {
            stream.finalMessage();
            assertThat(threads).singleElement().satisfies(thread -> {
                assertThat(thread.isVirtual()).isTrue();
                assertThat(thread.getName()).startsWith("sluice-claude-");
            });
        }
    }

    @Test
    void aSignerSeesTheRequestAsItIsSent() {
        var signed = new CopyOnWriteArrayList<TransportRequest>();
        Credentials signer = request -> {
            signed.add(request);
            return Map.of("authorization", "Signed " + request.body().length, "X-Date", "today");
        };
        try (var fixture = fixture(
                        signer,
                        settings -> settings.resilience(Resilience.builder()
                                .retry(FastRetries.quick())
                                .retryCountHeader("x-retries")
                                .build()),
                        OVERLOADED,
                        FINE);
                var stream = fixture.stream()) {
            stream.finalMessage();
            assertThat(fixture.peer.requests()).hasSize(2);
            for (int i = 0; i < 2; i++) {
                ReceivedRequest received = fixture.peer.requests().get(i);
                TransportRequest seen = signed.get(i);
                assertThat(seen.method()).isEqualTo(received.method());
                assertThat(seen.uri()).isEqualTo(fixture.peer.uri(received.path()));
                assertThat(seen.body()).isEqualTo(received.body());
                assertThat(received.header("authorization")).isEqualTo("Signed " + received.body().length);
                assertThat(received.header("x-date")).isEqualTo("today");
                seen.headers()
                        .forEach((name, value) ->
                                assertThat(received.header(name)).as(name).isEqualTo(value));
                assertThat(received.header("x-retries")).isEqualTo(String.valueOf(i));
            }
        }
    }

    @Test
    void aRequestThatBringsItsOwnKeepsThem() {
        try (var fixture = fixture(Credentials.bearer(this::token), FINE);
                var stream = fixture.client.stream(ClientFixture.REQUEST.toBuilder()
                        .header("X-Api-Key", "mine")
                        .build())) {
            stream.finalMessage();
            assertThat(authorizations(fixture)).containsOnlyNulls();
            assertThat(fixture.peer.requests().getFirst().header("x-api-key")).isEqualTo("mine");
            assertThat(asked).hasValue(0);
        }
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                arguments(failing(new IllegalStateException("the vault is sealed")), "the vault is sealed", false),
                arguments(failing(new UncheckedIOException(new IOException("no route"))), "no route", true),
                arguments(failing(new Truncated("the token server hung up")), "the token server hung up", true),
                arguments(failing(new ProtocolError("junk", null)), "junk", false),
                arguments(failing(new NoClassDefFoundError("sts")), "sts", false),
                arguments(Credentials.bearer(() -> null), "it gave null", false),
                arguments(Credentials.bearer(() -> " \n"), "it gave an empty text", false),
                arguments(Credentials.bearer(() -> "a\nb"), "header authorization", false),
                arguments((Credentials) request -> null, "it gave null", false),
                arguments((Credentials) request -> Map.of("content-length", "3"), "header content-length", false),
                arguments(
                        (Credentials) request -> {
                            throw new IOException("no route to it");
                        },
                        "no route to it",
                        true));
    }

    private static Credentials failing(Throwable failure) {
        return Credentials.bearer(() -> {
            throw MisbehavingParts.sneak(failure);
        });
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void withoutThemNothingIsSentAndTheErrorNamesWhoFailed(Credentials credentials, String why, boolean retried) {
        var breaker = CircuitBreaker.ofDefaults("claude");
        Consumer<LlmClient.Builder> settings = client -> client.resilience(Resilience.builder()
                .retry(FastRetries.quick())
                .circuitBreaker(breaker)
                .build());
        try (var fixture = fixture(credentials, settings, FINE);
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage).isInstanceOfSatisfying(CredentialsFailed.class, e -> {
                assertThat(e.getMessage())
                        .contains("a lambda of " + CredentialsOfRequestsTest.class.getName())
                        .contains("gave no credentials for POST " + fixture.peer.uri("/v1/messages"))
                        .contains("nothing was sent")
                        .contains(why);
                assertThat(e.getCause()).isNotNull();
                assertThat(e.retryable()).isEqualTo(retried);
            });
            assertThat(stream.metrics().retries()).isEqualTo(retried ? 2 : 0);
            assertThat(fixture.peer.connections()).isZero();
            assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
        }
    }

    @Test
    void anErrorOfTheirOwnIsKept() {
        var own = new CredentialsFailed("log in first", null, false);
        try (var fixture = fixture(failing(own), FINE);
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage).isSameAs(own);
        }
    }

    @Test
    void whatPassesIsTriedAgain() {
        Supplier<String> second = () -> {
            if (asked.incrementAndGet() == 1) {
                throw new UncheckedIOException(new IOException("the token server is away"));
            }
            return "a-token";
        };
        try (var fixture = fixture(Credentials.bearer(second), retrying(), FINE);
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    /** A redirect would take the token elsewhere. */
    @Test
    void theyGoNowhereElse() {
        try (var elsewhere = ScriptedPeer.serving(FINE);
                var fixture = fixture(
                        Credentials.bearer(this::token),
                        Script.json(
                                307,
                                "{}",
                                "location",
                                elsewhere.uri("/v1/messages").toString()));
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage)
                    .isInstanceOfSatisfying(
                            ApiError.class, e -> assertThat(e.status()).isEqualTo(307));
            assertThat(elsewhere.connections()).isZero();
        }
    }

    static Stream<Script> echoes() {
        String echo = "you sent authorization: Bearer kingfisher-0123 and kingfisher-0123, on 20261101";
        return Stream.of(
                Script.json(401, errorJson("authentication_error", echo)),
                Script.whole(502, "text/plain", echo),
                Script.whole(200, "text/html", "<p>" + echo + "</p>"));
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void whatAProxyEchoesIsMasked(Script script) {
        Credentials credentials = request -> Map.of("authorization", "Bearer kingfisher-0123", "x-date", "20261101");
        try (var log = CapturedLog.open();
                var fixture = fixture(credentials, script);
                var stream = fixture.stream()) {
            assertThatThrownBy(stream::finalMessage).isInstanceOfSatisfying(StreamException.class, e -> {
                String told = e.getMessage() + (e instanceof ApiError error ? error.rawBody() : "");
                assertThat(told).doesNotContain("kingfisher").contains("***").contains("20261101");
            });
            assertThat(log.text()).doesNotContain("kingfisher");
        }
    }
}
