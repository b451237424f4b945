package dev.sluice.aws;

import dev.sluice.test.peer.ReceivedRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS's formula of a signature of version 4, written from its documentation ("Create a signed AWS API request") and apart from any
 * SDK, to check what a server receives. For paths that need no escapes.
 */
final class SignatureFormula {
    private static final Pattern AUTHORIZATION =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/([^/]+)"
                    + "/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})");

    private SignatureFormula() {}

    /** Whether a request, as a server has received it, is signed with this secret, in all that its signature says it covers. */
    static boolean holds(ReceivedRequest request, String secret) {
        Matcher signed = parts(request);
        return signed.group(6).equals(signature(request, secret));
    }

    /** The parts of a request that describe its signature: key's id, date, region, service, headers, signature. */
    static Matcher parts(ReceivedRequest request) {
        Matcher parts = AUTHORIZATION.matcher(String.valueOf(request.header("authorization")));
        if (!parts.matches()) {
            throw new AssertionError("no signature of version 4: " + request.header("authorization"));
        }
        return parts;
    }

    /** The signature that a request should have. */
    static String signature(ReceivedRequest request, String secret) {
        Matcher parts = parts(request);
        String date = parts.group(2);
        String scope = date + "/" + parts.group(3) + "/" + parts.group(4) + "/aws4_request";
        String toSign = "AWS4-HMAC-SHA256\n" + request.header("x-amz-date") + "\n" + scope + "\n"
                + sha256(canonical(request, List.of(parts.group(5).split(";"))).getBytes(StandardCharsets.UTF_8));
        byte[] key = utf8("AWS4" + secret);
        for (String step : List.of(date, parts.group(3), parts.group(4), "aws4_request", toSign)) {
            key = hmac(key, step);
        }
        return HexFormat.of().formatHex(key);
    }

    private static String canonical(ReceivedRequest request, List<String> signedHeaders) {
        String[] target = request.path().split("\\?", 2);
        String query = target.length == 1
                ? ""
                : Arrays.stream(target[1].split("&")).sorted().collect(Collectors.joining("&"));
        String headers = signedHeaders.stream()
                .map(name -> name.toLowerCase(Locale.ROOT) + ":"
                        + request.headers().getOrDefault(name, List.of()).stream()
                                .map(value -> value.strip().replaceAll(" +", " "))
                                .collect(Collectors.joining(","))
                        + "\n")
                .collect(Collectors.joining());
        return request.method() + "\n" + target[0] + "\n" + query + "\n" + headers + "\n"
                + String.join(";", signedHeaders) + "\n" + sha256(request.body());
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new LinkageError("every JDK has it", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new LinkageError("every JDK has it", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A request without a connection, for a formula to be tried on. */
    static ReceivedRequest request(String method, String path, Map<String, List<String>> headers, byte[] body) {
        return new ReceivedRequest(1, method, path, headers, body);
    }
}
