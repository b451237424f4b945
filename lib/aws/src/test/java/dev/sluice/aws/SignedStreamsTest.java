package dev.sluice.aws;

import static dev.sluice.aws.SignatureFormula.holds;
import static dev.sluice.aws.SignatureFormula.parts;
import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.claude.ClaudePlatform;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Each request that a server receives is signed anew, in all its parts. */
@Timeout(30)
class SignedStreamsTest {
    private static final String SECRET = AwsSigV4Test.SECRET;
    private static final AwsSigV4 SIGNER = AwsSigV4.bedrock("us-east-1")
            .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create(AwsSigV4Test.ID, SECRET)))
            .clock(AwsSigV4Test.THEN);
    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("anthropic.claude-opus-5-5")
            .maxTokens(10)
            .user("Tell me about rivers: Ñ, 川")
            .build();
    private static final Script FINE = Script.stream(answer("Rivers ", "run."));

    private static LlmClient client(ScriptedPeer peer, AwsSigV4 signer) {
        Provider claude = Claude.builder()
                .platform(ClaudePlatform.bedrock("us-east-1"))
                .baseUrl(peer.uri("/anthropic"))
                .credentials(signer)
                .build();
        return LlmClient.builder(claude).build();
    }

    private static void assertSigned(ReceivedRequest request) {
        assertThat(holds(request, SECRET)).isTrue();
        assertThat(request.header("x-amz-content-sha256")).isEqualTo(SignatureFormula.sha256(request.body()));
        assertThat(parts(request).group(5).split(";")).contains("host", "anthropic-version", "x-amz-content-sha256");
    }

    @Test
    void aStreamOnBedrock() {
        try (var peer = ScriptedPeer.serving(FINE);
                var client = client(peer, SIGNER);
                var stream = client.stream(REQUEST)) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            ReceivedRequest request = peer.requests().getFirst();
            assertThat(request.path()).isEqualTo("/anthropic/v1/messages");
            assertThat(request.bodyText()).contains("川");
            assertSigned(request);
            assertThat(parts(request).group(4)).isEqualTo("bedrock-mantle");
        }
    }

    @Test
    void whatIsNotStreamedToo() {
        try (var peer = ScriptedPeer.serving(
                        Script.json(200, "{\"input_tokens\": 412}"),
                        Script.json(200, "{\"data\":[],\"has_more\":false}"));
                var client = client(peer, SIGNER)) {
            assertThat(client.countTokens(REQUEST)).isEqualTo(412);
            assertThat(client.models()).isEmpty();
            assertThat(peer.requests()).hasSize(2).allSatisfy(SignedStreamsTest::assertSigned);
        }
    }

    @Test
    void aRetryIsSignedAnew() {
        var second = new AtomicInteger();
        Clock ticking = new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return AwsSigV4Test.THEN.instant().plusSeconds(second.incrementAndGet());
            }
        };
        Script busy = Script.json(429, errorJson("rate_limit_error", "Too many"), "retry-after-ms", "1");
        try (var peer = ScriptedPeer.serving(busy, FINE);
                var client = client(peer, SIGNER.clock(ticking));
                var stream = client.stream(REQUEST)) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            assertThat(peer.requests()).hasSize(2).allSatisfy(SignedStreamsTest::assertSigned);
            assertThat(peer.requests())
                    .extracting(request -> request.header("x-amz-date"))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void claudePlatformOnAwsIsSignedForItsOwnService() {
        try (var peer = ScriptedPeer.serving(FINE);
                var client = LlmClient.builder(Claude.builder()
                                .platform(ClaudePlatform.aws("us-east-1", "wrkspc_1"))
                                .baseUrl(peer.uri(""))
                                .credentials(AwsSigV4.claudePlatform("us-east-1")
                                        .credentials(StaticCredentialsProvider.create(
                                                AwsBasicCredentials.create(AwsSigV4Test.ID, SECRET))))
                                .build())
                        .build();
                var stream = client.stream(REQUEST)) {
            stream.finalMessage();
            ReceivedRequest request = peer.requests().getFirst();
            assertSigned(request);
            assertThat(parts(request).group(4)).isEqualTo("aws-external-anthropic");
            assertThat(parts(request).group(5)).contains("anthropic-workspace-id");
        }
    }

    @Test
    void withoutCredentialsNothingIsSent() {
        AwsSigV4 none = SIGNER.credentials(() -> {
            throw SdkClientException.create("Unable to load credentials from any of the providers in the chain");
        });
        try (var peer = ScriptedPeer.serving(FINE);
                var client = client(peer, none);
                var stream = client.stream(REQUEST)) {
            assertThatThrownBy(stream::finalMessage)
                    .isInstanceOf(CredentialsFailed.class)
                    .hasMessageContaining("AWS Signature Version 4 for bedrock-mantle in us-east-1")
                    .hasMessageContaining("Unable to load credentials");
            assertThat(stream.metrics().retries()).isZero();
            assertThat(peer.connections()).isZero();
        }
    }

    @Test
    void aRefusalThatEchoesTheSignatureHidesIt() {
        try (var peer = ScriptedPeer.serving(request -> Script.json(
                        403,
                        "{\"message\":\"No: " + request.header("authorization") + "\"}",
                        "x-amzn-requestid",
                        "r-1"));
                var client = client(peer, SIGNER);
                var stream = client.stream(REQUEST)) {
            assertThatThrownBy(stream::finalMessage).isInstanceOfSatisfying(StreamException.ApiError.class, e -> {
                assertThat(e.getMessage()).contains("No: ***").doesNotContain("Signature=");
                assertThat(e.requestId()).contains("r-1");
            });
        }
    }
}
