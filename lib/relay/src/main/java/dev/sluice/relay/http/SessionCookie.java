package dev.sluice.relay.http;

import dev.sluice.relay.Session;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Gives each browser a session of its own: a cookie of 256 random bits and their HMAC, so that only this server makes one. */
final class SessionCookie implements RelayAuthenticator {
    private static final Pattern VALUE = Pattern.compile("([A-Za-z0-9_-]{43})\\.([A-Za-z0-9_-]{43})");
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final SecretKeySpec key;
    private final boolean alwaysSecure;

    /** With a key of its own: no cookie of another server, or of this one before a restart, is known. */
    SessionCookie(boolean alwaysSecure) {
        this(randomBytes(new SecureRandom()), alwaysSecure);
    }

    SessionCookie(byte[] key, boolean alwaysSecure) {
        if (key.length < BYTES) {
            throw new IllegalArgumentException("key: has " + key.length + " bytes, needs " + BYTES + " random ones");
        }
        this.key = new SecretKeySpec(key, ALGORITHM);
        this.alwaysSecure = alwaysSecure;
    }

    @Override
    public Session authenticate(RequestHead head) {
        return new Session(known(head).orElseGet(() -> encoded(randomBytes(random))));
    }

    @Override
    public Map<String, String> introduce(RequestHead head, Session session) {
        if (known(head).isPresent()) {
            return Map.of();
        }
        return Map.of(
                "Set-Cookie",
                name(head) + "=" + session.id() + "." + signature(session.id()) + "; Path=/; HttpOnly; SameSite=Lax"
                        + (isSecure(head) ? "; Secure" : ""));
    }

    /** The session whose cookie this is; empty unless the signature is ours. */
    private Optional<String> known(RequestHead head) {
        return head.cookie(name(head))
                .map(VALUE::matcher)
                .filter(Matcher::matches)
                .filter(value -> isEqual(signature(value.group(1)), value.group(2)))
                .map(value -> value.group(1));
    }

    private String signature(String id) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return encoded(mac.doFinal(id.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) { // every JDK has it
            throw new IllegalStateException(e);
        }
    }

    /** Takes as long for a signature that begins right as for any other. */
    private static boolean isEqual(String expected, String given) {
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII), given.getBytes(StandardCharsets.US_ASCII));
    }

    /** A browser lets nobody but this very host set a cookie with the prefix. */
    private String name(RequestHead head) {
        return isSecure(head) ? "__Host-sluice" : "sluice";
    }

    private boolean isSecure(RequestHead head) {
        return alwaysSecure || head.secure();
    }

    private static byte[] randomBytes(SecureRandom random) {
        var bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
