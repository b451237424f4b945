package dev.sluice.google;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.claude.ClaudePlatform;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests to Vertex AI with tokens of Google's library, which asks a scripted server for them. */
@Timeout(30)
class GoogleCloudAuthTest {
    private static final Script CLAUDE = Script.stream(answer("Rivers ", "run."));
    private static final Script GEMINI = Script.stream(
            "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Rivers"
                + " run.\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":2}}\n\n");

    private static PrivateKey key;

    @BeforeAll
    static void makeAKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        key = generator.generateKeyPair().getPrivate();
    }

    private static MessageRequest request(String model) {
        return MessageRequest.builder()
                .model(model)
                .maxTokens(10)
                .user("Tell me about rivers")
                .build();
    }

    private static Script token(String token, int seconds) {
        return Script.json(
                200, "{\"access_token\":\"" + token + "\",\"expires_in\":" + seconds + ",\"token_type\":\"Bearer\"}");
    }

    private static ServiceAccountCredentials serviceAccount(URI tokens) {
        return ServiceAccountCredentials.newBuilder()
                .setClientEmail("rivers@a-project.iam.gserviceaccount.com")
                .setPrivateKey(key)
                .setPrivateKeyId("key-1")
                .setTokenServerUri(tokens)
                .setQuotaProjectId("who-pays")
                .setDefaultRetriesEnabled(false)
                .build();
    }

    private static LlmClient claude(ScriptedPeer peer, GoogleCloudAuth auth, Consumer<LlmClient.Builder> settings) {
        var builder = LlmClient.builder(Claude.builder()
                .platform(ClaudePlatform.vertex("a-project", "europe-west1"))
                .baseUrl(peer.uri(""))
                .credentials(auth)
                .build());
        settings.accept(builder);
        return builder.build();
    }

    private static LlmClient claude(ScriptedPeer peer, GoogleCloudAuth auth) {
        return claude(peer, auth, settings -> {});
    }

    @Test
    void claudeOnVertexGetsATokenOnceAndSendsItEachTime() {
        try (var tokens = ScriptedPeer.serving(token("token-1", 3600), token("token-2", 3600));
                var peer = ScriptedPeer.serving(CLAUDE);
                var client = claude(peer, GoogleCloudAuth.of(serviceAccount(tokens.uri("/token"))))) {
            for (int i = 0; i < 2; i++) {
                try (var stream = client.stream(request("claude-opus-5-5"))) {
                    assertThat(stream.finalText()).isEqualTo("Rivers run.");
                }
            }
            assertThat(tokens.requests())
                    .singleElement()
                    .satisfies(asked -> assertThat(claims(asked))
                            .contains("\"scope\":\"https://www.googleapis.com/auth/cloud-platform\""));
            assertThat(peer.requests()).hasSize(2).allSatisfy(sent -> {
                assertThat(sent.path())
                        .isEqualTo("/v1/projects/a-project/locations/europe-west1/publishers/anthropic/models/"
                                + "claude-opus-5-5:streamRawPredict");
                assertThat(sent.header("authorization")).isEqualTo("Bearer token-1");
                assertThat(sent.header("x-goog-user-project")).isEqualTo("who-pays");
                assertThat(sent.bodyText())
                        .contains("\"anthropic_version\":\"vertex-2023-10-16\"")
                        .doesNotContain("\"model\"");
            });
        }
    }

    /** What the assertion of a request for a token says. */
    private static String claims(ReceivedRequest asked) {
        String form = URLDecoder.decode(asked.bodyText(), StandardCharsets.UTF_8);
        String assertion = form.substring(form.indexOf("assertion=") + "assertion=".length());
        return new String(Base64.getUrlDecoder().decode(assertion.split("\\.")[1]), StandardCharsets.UTF_8)
                .replace("\\/", "/");
    }

    @Test
    void geminiOnVertexStreamsByServerSentEvents() {
        var token = AccessToken.newBuilder()
                .setTokenValue("token-1")
                .setExpirationTime(Date.from(Instant.now().plusSeconds(3600)))
                .build();
        try (var peer = ScriptedPeer.serving(GEMINI);
                var client = LlmClient.builder(Gemini.builder()
                                .vertex("a-project", "global")
                                .baseUrl(peer.uri(""))
                                .credentials(GoogleCloudAuth.of(GoogleCredentials.create(token)))
                                .build())
                        .build();
                var stream = client.stream(request("gemini-3.5-flash"))) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            ReceivedRequest sent = peer.requests().getFirst();
            assertThat(sent.path())
                    .isEqualTo("/v1beta1/projects/a-project/locations/global/publishers/google/models/"
                            + "gemini-3.5-flash:streamGenerateContent?alt=sse");
            assertThat(sent.header("authorization")).isEqualTo("Bearer token-1");
            assertThat(sent.header("x-goog-api-key")).isNull();
        }
    }

    @Test
    void aTokenThatIsOverIsRenewed() {
        try (var tokens = ScriptedPeer.serving(token("token-1", 1), token("token-2", 3600));
                var peer = ScriptedPeer.serving(Script.json(200, "{\"input_tokens\": 412}"));
                var client = claude(peer, GoogleCloudAuth.of(serviceAccount(tokens.uri("/token"))))) {
            assertThat(client.countTokens(request("claude-opus-5-5"))).isEqualTo(412);
            assertThat(client.countTokens(request("claude-opus-5-5"))).isEqualTo(412);
            assertThat(peer.requests())
                    .extracting(sent -> sent.header("authorization"))
                    .containsExactly("Bearer token-1", "Bearer token-2");
            assertThat(peer.requests().getFirst().path()).endsWith("/models/count-tokens:rawPredict");
        }
    }

    @Test
    void aTokenServerThatRefusesForGoodIsNotAskedAgain() {
        Script no = Script.json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}");
        try (var tokens = ScriptedPeer.serving(no);
                var peer = ScriptedPeer.serving(CLAUDE);
                var client = claude(peer, GoogleCloudAuth.of(serviceAccount(tokens.uri("/token"))));
                var stream = client.stream(request("claude-opus-5-5"))) {
            assertThatThrownBy(stream::finalMessage).isInstanceOfSatisfying(CredentialsFailed.class, e -> {
                assertThat(e.getMessage())
                        .contains("Google Cloud's credentials")
                        .contains("invalid_grant");
                assertThat(e.retryable()).isFalse();
            });
            assertThat(tokens.requests()).hasSize(1);
            assertThat(peer.connections()).isZero();
        }
    }

    @Test
    void oneThatIsBusyMayBe() {
        try (var tokens = ScriptedPeer.serving(Script.json(503, "{}"), token("token-1", 3600));
                var peer = ScriptedPeer.serving(CLAUDE);
                var client = claude(peer, GoogleCloudAuth.of(serviceAccount(tokens.uri("/token"))));
                var stream = client.stream(request("claude-opus-5-5"))) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            assertThat(stream.metrics().retries()).isOne();
        }
    }

    @Test
    void oneThatIsSilentMeetsTheLimitAndIsGivenUp() {
        Duration limit = Duration.ofMillis(300);
        try (var tokens = ScriptedPeer.serving(Script.empty().stall());
                var peer = ScriptedPeer.serving(CLAUDE);
                var client = claude(
                        peer,
                        GoogleCloudAuth.of(serviceAccount(tokens.uri("/token"))),
                        settings -> settings.timeouts(Timeouts.none().with(Phase.HEADERS, limit))
                                .resilience(Resilience.none()));
                var stream = client.stream(request("claude-opus-5-5"))) {
            assertThatThrownBy(stream::finalMessage)
                    .isInstanceOf(TimedOut.class)
                    .hasMessageContaining("Google Cloud's credentials had not given");
            tokens.awaitGone(Duration.ofSeconds(5));
            assertThat(peer.connections()).isZero();
        }
    }

    @Test
    void defaultCredentialsAreLookedForOnceAndOnlyWhenTheyAreNeeded() {
        var looked = new AtomicInteger();
        try (var tokens = ScriptedPeer.serving(token("token-1", 3600));
                var peer = ScriptedPeer.serving(CLAUDE);
                var client = claude(peer, new GoogleCloudAuth(() -> {
                    looked.incrementAndGet();
                    return serviceAccount(tokens.uri("/token"));
                }))) {
            assertThat(looked).hasValue(0);
            for (int i = 0; i < 2; i++) {
                try (var stream = client.stream(request("claude-opus-5-5"))) {
                    stream.finalMessage();
                }
            }
            assertThat(looked).hasValue(1);
        }
    }

    @Test
    void withoutDefaultCredentialsNothingIsSent() {
        var none = new GoogleCloudAuth(() -> {
            throw new IOException("Your default credentials were not found");
        });
        try (var peer = ScriptedPeer.serving(CLAUDE);
                var client = claude(peer, none);
                var stream = client.stream(request("claude-opus-5-5"))) {
            assertThatThrownBy(stream::finalMessage).isInstanceOfSatisfying(CredentialsFailed.class, e -> {
                assertThat(e.getMessage()).contains("Your default credentials were not found");
                assertThat(e.retryable()).isFalse();
            });
            assertThat(peer.connections()).isZero();
        }
    }

    /** What they are is the machine's own; so nothing is looked for here. */
    @Test
    void theDefaultsCostNothingUntilTheyAreNeeded() {
        assertThat(GoogleCloudAuth.applicationDefault().name()).isEqualTo("Google Cloud's credentials");
    }
}
