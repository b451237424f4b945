package dev.sluice.aws;

import static dev.sluice.aws.SignatureFormula.holds;
import static dev.sluice.aws.SignatureFormula.parts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.transport.TransportRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;

class AwsSigV4Test {
    // The key, the moment and the service of AWS's published examples.
    static final String ID = "AKIDEXAMPLE";
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    static final Clock THEN = Clock.fixed(Instant.parse("2015-08-30T12:36:00Z"), ZoneOffset.UTC);

    private static final AwsSigV4 SIGNER = AwsSigV4.of("service", "us-east-1")
            .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create(ID, SECRET)))
            .clock(THEN);

    private static TransportRequest request(String method, String url, Map<String, String> headers, String body) {
        return new TransportRequest(method, URI.create(url), headers, body.getBytes(StandardCharsets.UTF_8));
    }

    /** A request as a server would receive it with these headers added. */
    private static ReceivedRequest received(TransportRequest request, Map<String, String> added) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.put("host", List.of(request.uri().getRawAuthority()));
        request.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        added.forEach((name, value) -> headers.put(name, List.of(value)));
        String query = request.uri().getRawQuery();
        String path = request.uri().getRawPath() + (query == null ? "" : "?" + query);
        return SignatureFormula.request(request.method(), path, headers, request.body());
    }

    /** Of AWS's test suite: get-vanilla, post-vanilla, get-vanilla-query-order-key-case, post-x-www-form-urlencoded. */
    static Stream<Arguments> published() {
        return Stream.of(
                arguments(
                        request("GET", "https://example.amazonaws.com/", Map.of(), ""),
                        "host;x-amz-date",
                        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
                arguments(
                        request("POST", "https://example.amazonaws.com/", Map.of(), ""),
                        "host;x-amz-date",
                        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
                arguments(
                        request("GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1", Map.of(), ""),
                        "host;x-amz-date",
                        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
                arguments(
                        request(
                                "POST",
                                "https://example.amazonaws.com/",
                                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                                "Param1=value1"),
                        "content-type;host;x-amz-date",
                        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"));
    }

    @ParameterizedTest
    @MethodSource("published")
    void theFormulaThatTheseTestsCheckWithGivesThePublishedSignatures(
            TransportRequest request, String signed, String signature) {
        String authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                + " SignedHeaders=" + signed + ", Signature=" + "0".repeat(64);
        var received = received(request, Map.of("authorization", authorization, "x-amz-date", "20150830T123600Z"));
        assertThat(SignatureFormula.signature(received, SECRET)).isEqualTo(signature);
    }

    /** The SDK signs the body's digest as a header too, so that its signatures are not the published ones. */
    @ParameterizedTest
    @MethodSource("published")
    void aRequestIsSignedByThatFormula(TransportRequest request, String signed) throws Exception {
        var received = received(request, SIGNER.headers(request));
        assertThat(parts(received).group(5)).isEqualTo(signed.replace("host;", "host;x-amz-content-sha256;"));
        assertThat(holds(received, SECRET)).isTrue();
        assertThat(holds(received, SECRET + "x")).isFalse();
    }

    @Test
    void whatItReturnsIsNotMoreThanASignature() throws Exception {
        var headers = SIGNER.headers(request("GET", "https://example.amazonaws.com/", Map.of(), ""));
        assertThat(headers).containsOnlyKeys("Authorization", "X-Amz-Date", "x-amz-content-sha256");
        assertThat(headers.get("Authorization"))
                .contains("Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request")
                .doesNotContain(SECRET);
    }

    @Test
    void itCoversTheBodyTheQueryAndTheHeaders() throws Exception {
        var original = request(
                "POST", "http://localhost:8080/v1/messages?a=1&b=x%20y", Map.of("anthropic-version", "1"), "{\"a\":1}");
        var headers = SIGNER.headers(original);
        assertThat(holds(received(original, headers), SECRET)).isTrue();

        assertThat(holds(
                        received(request("POST", original.uri().toString(), original.headers(), "{\"a\":2}"), headers),
                        SECRET))
                .isFalse();
        assertThat(holds(
                        received(
                                request(
                                        "POST",
                                        "http://localhost:8080/v1/messages?a=2&b=x%20y",
                                        original.headers(),
                                        "{\"a\":1}"),
                                headers),
                        SECRET))
                .isFalse();
        assertThat(holds(
                        received(
                                request(
                                        "POST",
                                        original.uri().toString(),
                                        Map.of("anthropic-version", "2"),
                                        "{\"a\":1}"),
                                headers),
                        SECRET))
                .isFalse();
    }

    @Test
    void temporaryCredentialsSendTheirTokenAndSignIt() throws Exception {
        var request = request("GET", "https://example.amazonaws.com/", Map.of(), "");
        var session = StaticCredentialsProvider.create(AwsSessionCredentials.create(ID, SECRET, "a-session-token"));
        var received = received(request, SIGNER.credentials(session).headers(request));
        assertThat(received.header("x-amz-security-token")).isEqualTo("a-session-token");
        assertThat(parts(received).group(5)).contains("x-amz-security-token");
        assertThat(holds(received, SECRET)).isTrue();
    }

    @Test
    void theDefaultChainIsAskedUnlessThereAreOthers() throws Exception {
        System.setProperty("aws.accessKeyId", ID);
        System.setProperty("aws.secretAccessKey", SECRET);
        try {
            var request = request("GET", "https://bedrock-mantle.eu-west-1.api.aws/anthropic/v1/models", Map.of(), "");
            var received = received(request, AwsSigV4.bedrock("eu-west-1").headers(request));
            assertThat(parts(received).group(3)).isEqualTo("eu-west-1");
            assertThat(parts(received).group(4)).isEqualTo("bedrock-mantle");
            assertThat(holds(received, SECRET)).isTrue();
            assertThat(parts(received(
                                    request,
                                    AwsSigV4.claudePlatform("us-east-1").headers(request)))
                            .group(4))
                    .isEqualTo("aws-external-anthropic");
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    @Test
    void whatMayPassIsAnIoException() {
        var request = request("GET", "https://example.amazonaws.com/", Map.of(), "");
        assertThatThrownBy(() -> SIGNER.credentials(() -> {
                            throw RetryableException.create("throttled");
                        })
                        .headers(request))
                .isInstanceOf(IOException.class)
                .hasMessage("throttled");
        assertThatThrownBy(() -> SIGNER.credentials(() -> {
                            throw SdkClientException.create("Unable to load credentials");
                        })
                        .headers(request))
                .isInstanceOf(SdkClientException.class);
    }

    @Test
    void itIsNamedByServiceAndRegion() {
        assertThat(SIGNER.name()).isEqualTo("AWS Signature Version 4 for service in us-east-1");
        assertThat(SIGNER).hasToString("AwsSigV4[service, us-east-1]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b"})
    void aServiceOrARegionThatCannotBeIsRefused(String word) {
        assertThatThrownBy(() -> AwsSigV4.of(word, "us-east-1")).hasMessageStartingWith("service:");
        assertThatThrownBy(() -> AwsSigV4.bedrock(word)).hasMessageStartingWith("region:");
    }
}
