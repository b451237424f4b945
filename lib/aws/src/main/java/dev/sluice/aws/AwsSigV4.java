package dev.sluice.aws;

import dev.sluice.provider.Credentials;
import dev.sluice.transport.TransportRequest;
import java.io.IOException;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/**
 * Signs each request as AWS wants it: Signature Version 4, by the signer and the credentials of AWS's SDK for Java. The signature
 * covers the method, the address, the headers and the body that are sent.
 *
 * <p>Unless {@link #credentials} are set, the SDK's default chain finds them: system properties, environment variables, the
 * profile files, a container's or an instance's role. A role by web identity needs the SDK's module {@code sts} on the class path, a
 * profile with single sign-on its modules {@code sso} and {@code ssooidc}. The SDK keeps what it finds and renews it in time;
 * a request may wait for that.
 *
 * <p>At level DEBUG the SDK's logger {@code software.amazon.awssdk.http.auth.aws} prints the headers that it signs, the token of
 * temporary credentials among them. Leave it at INFO.
 */
public final class AwsSigV4 implements Credentials {
    private static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();

    /** The headers that the signer adds, except those that the transport sets. */
    private static final Set<String> SIGNED =
            Set.of("authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256");

    private final String service;
    private final String region;
    private final AwsCredentialsProvider credentials;
    private final Clock clock;

    private AwsSigV4(String service, String region, AwsCredentialsProvider credentials, Clock clock) {
        this.service = word("service", service);
        this.region = word("region", region);
        this.credentials = Objects.requireNonNull(credentials, "credentials");
        this.clock = clock;
    }

    /** Signatures for Amazon Bedrock's endpoint that speaks the vendors' own wires ("Mantle"), service {@code bedrock-mantle}. */
    public static AwsSigV4 bedrock(String region) {
        return of("bedrock-mantle", region);
    }

    /** Signatures for Claude Platform on AWS, service {@code aws-external-anthropic}. */
    public static AwsSigV4 claudePlatform(String region) {
        return of("aws-external-anthropic", region);
    }

    /**
     * Signatures for a service.
     *
     * @param service its signing name, such as {@code bedrock-mantle}
     * @param region such as {@code us-east-1}
     */
    public static AwsSigV4 of(String service, String region) {
        return new AwsSigV4(
                service, region, DefaultCredentialsProvider.builder().build(), Clock.systemUTC());
    }

    /** The same with credentials from elsewhere, in place of the default chain's. The provider stays the caller's to close. */
    public AwsSigV4 credentials(AwsCredentialsProvider provider) {
        return new AwsSigV4(service, region, provider, clock);
    }

    /** The same with another clock. */
    AwsSigV4 clock(Clock clock) {
        return new AwsSigV4(service, region, credentials, clock);
    }

    @Override
    public Map<String, String> headers(TransportRequest request) throws IOException {
        try {
            return sign(request);
        } catch (SdkException e) {
            if (e.retryable()) {
                throw new IOException(e.getMessage(), e);
            }
            throw e;
        }
    }

    private Map<String, String> sign(TransportRequest request) {
        SdkHttpRequest.Builder unsigned = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(request.method()))
                .uri(request.uri());
        request.headers().forEach(unsigned::putHeader);
        SdkHttpRequest signed = SIGNER.sign(sign -> sign.identity(credentials.resolveCredentials())
                        .request(unsigned.build())
                        .payload(ContentStreamProvider.fromByteArrayUnsafe(request.body()))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(AwsV4HttpSigner.SIGNING_CLOCK, clock))
                .request();
        Map<String, String> headers = new TreeMap<>();
        signed.forEachHeader((name, values) -> {
            if (SIGNED.contains(name.toLowerCase(Locale.ROOT))) {
                headers.put(name, String.join(",", values));
            }
        });
        return headers;
    }

    @Override
    public String name() {
        return "AWS Signature Version 4 for " + service + " in " + region;
    }

    /** The service and the region; never a key. */
    @Override
    public String toString() {
        return "AwsSigV4[" + service + ", " + region + "]";
    }

    private static String word(String name, String value) {
        if (!value.matches("[A-Za-z0-9-]+")) {
            throw new IllegalArgumentException(name + ": must be letters, digits and hyphens");
        }
        return value;
    }
}
